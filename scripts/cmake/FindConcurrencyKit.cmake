# ConcurrencyKit::ck, for its locks: they are headers alone.
find_package(PkgConfig QUIET)
pkg_check_modules(ConcurrencyKit_PC QUIET ck)
find_path(ConcurrencyKit_INCLUDE_DIR ck_spinlock.h HINTS ${ConcurrencyKit_PC_INCLUDE_DIRS})
mark_as_advanced(ConcurrencyKit_INCLUDE_DIR)
set(ConcurrencyKit_VERSION ${ConcurrencyKit_PC_VERSION})

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ConcurrencyKit
  REQUIRED_VARS ConcurrencyKit_INCLUDE_DIR VERSION_VAR ConcurrencyKit_VERSION)

if(ConcurrencyKit_FOUND AND NOT TARGET ConcurrencyKit::ck)
  add_library(ConcurrencyKit::ck INTERFACE IMPORTED)
  set_target_properties(ConcurrencyKit::ck PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${ConcurrencyKit_INCLUDE_DIR})
endif()
