// A first Ctrl-C as a wish to end, so that a program can give what it has.
#ifndef BASE_INTERRUPT_H_
#define BASE_INTERRUPT_H_

namespace tessera {

// From now on the first SIGINT or SIGTERM only makes WasInterrupted() true, and
// the second ends the process as if nothing had been said. For programs that
// look at it often.
void CatchInterrupt();

// The same for conversations, in which a wish is no end: from now on every
// SIGINT makes WasInterrupted() true and breaks off system calls that wait,
// also where it was ignored. One that comes before ForgetInterrupt() has
// answered the last one ends the process.
void CatchEachInterrupt();
void ForgetInterrupt();

// Whether a signal was caught. RunMain (command_line.h) then returns
// InterruptExitCode() for a program that ends well. May be called from a signal
// handler and from any thread.
bool WasInterrupted();

// 128 and the number of the signal that was caught, as shells have it: 130 for
// SIGINT. 0 if there was none.
int InterruptExitCode();

}  // namespace tessera

#endif  // BASE_INTERRUPT_H_
