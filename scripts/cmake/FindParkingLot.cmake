# Rust's parking_lot, as Debian packages it: a folder of crates, and cargo to build them without a network.
find_program(ParkingLot_CARGO cargo)
find_path(ParkingLot_REGISTRY NAMES parking_lot-0.12.1/Cargo.toml PATHS /usr/share/cargo/registry NO_DEFAULT_PATH)
mark_as_advanced(ParkingLot_CARGO ParkingLot_REGISTRY)

if(ParkingLot_CARGO)
  execute_process(COMMAND ${ParkingLot_CARGO} --version OUTPUT_VARIABLE ParkingLot_VERSION OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(PREPEND ParkingLot_VERSION "parking_lot 0.12.1, ")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ParkingLot REQUIRED_VARS ParkingLot_CARGO ParkingLot_REGISTRY)
