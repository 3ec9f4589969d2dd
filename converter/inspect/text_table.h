// Columns of text, aligned.
#ifndef CONVERTER_INSPECT_TEXT_TABLE_H_
#define CONVERTER_INSPECT_TEXT_TABLE_H_

#include <string>
#include <vector>

namespace tessera {

// Rows of cells. Columns without any text, the heading apart, are left out.
// Not thread-safe.
class TextTable {
 public:
  enum class Align { kLeft, kRight };

  void AddColumn(std::string heading, Align align);

  // One cell per column.
  void AddRow(std::vector<std::string> cells);

  // Lines that start with `indent` spaces, heading first.
  std::string Render(int indent) const;

 private:
  struct Column {
    std::string heading;
    Align align;
  };
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tessera

#endif  // CONVERTER_INSPECT_TEXT_TABLE_H_
