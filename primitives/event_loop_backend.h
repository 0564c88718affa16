#pragma once

#include <string_view>

namespace contend {

/// By what the loops of this build wait: "epoll", or "io_uring" (CONTEND_IO_URING).
std::string_view event_loop_backend();

/// Throws std::system_error, which says what to do, where the kernel refuses it: a build for io_uring does not fall back,
/// or its rows would be those of epoll.
void check_event_loop_backend();

}  // namespace contend
