// Ctrl-C as something that is asked for, not something that ends the program.
#ifndef RUNTIME_LLM_INTERRUPT_H_
#define RUNTIME_LLM_INTERRUPT_H_

namespace tessera {

// While it lives, SIGINT sets a flag, and breaks off system calls that wait.
// There is one at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // Whether SIGINT came since Clear.
  static bool IsSet();
  static void Clear();
};

}  // namespace tessera

#endif  // RUNTIME_LLM_INTERRUPT_H_
