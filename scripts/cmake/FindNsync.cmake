# Nsync::nsync, the library for C++. Its headers do not tell its version.
find_path(Nsync_INCLUDE_DIR nsync.h)
find_library(Nsync_LIBRARY nsync_cpp)
mark_as_advanced(Nsync_INCLUDE_DIR Nsync_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Nsync REQUIRED_VARS Nsync_LIBRARY Nsync_INCLUDE_DIR)

if(Nsync_FOUND AND NOT TARGET Nsync::nsync)
  add_library(Nsync::nsync UNKNOWN IMPORTED)
  set_target_properties(Nsync::nsync PROPERTIES
    IMPORTED_LOCATION ${Nsync_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${Nsync_INCLUDE_DIR})
endif()
