#pragma once

namespace contend::testing {

/// Several files of tests compiled as one program: one of these stands before each, and what GoogleTest registers from
/// there to the next belongs to that file. (TestInfo::file() would name the header of a typed suite.)
class FileOfBatch {
 public:
  /// `name` is what CTest asks for, `path` as the compiler knows the file.
  FileOfBatch(const char* name, const char* path);
};

}  // namespace contend::testing
