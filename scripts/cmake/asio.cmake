# contend::asio: Asio with C++20 coroutines.
find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
add_library(contend_asio INTERFACE)
add_library(contend::asio ALIAS contend_asio)
target_include_directories(contend_asio SYSTEM INTERFACE ${ASIO_INCLUDE_DIR})

# Asio takes one of the two for a whole program, so this is a build folder of its own.
option(CONTEND_IO_URING "Event loops wait by io_uring in place of epoll" OFF)
if(CONTEND_IO_URING)
  pkg_check_modules(liburing IMPORTED_TARGET liburing)
  if(NOT liburing_FOUND)
    message(FATAL_ERROR "CONTEND_IO_URING needs liburing: install liburing-dev, or leave the option off")
  endif()
  target_compile_definitions(contend_asio INTERFACE ASIO_HAS_IO_URING ASIO_DISABLE_EPOLL)
  target_link_libraries(contend_asio INTERFACE PkgConfig::liburing)
endif()

# Asio 1.22 asks Clang for the coroutines of the technical specification, and Clang 14 looks for them in their
# namespace: both can do what the standard says.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_definitions(contend_asio INTERFACE ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
    target_compile_definitions(contend_asio INTERFACE __cpp_impl_coroutine=201902L)
    target_compile_options(contend_asio INTERFACE
      -include ${CMAKE_CURRENT_LIST_DIR}/clang_coroutines.h -Wno-deprecated-experimental-coroutine)
  endif()
endif()
