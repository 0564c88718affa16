#pragma once

#include <coroutine>

// Clang 14 looks for what coroutines stand on in this namespace, and for nothing else in it.
namespace std::experimental {
using std::coroutine_handle;
using std::coroutine_traits;
}  // namespace std::experimental
