"""The contend command: installs, builds, measures, draws and reports. Knows the C++ side only through its JSON."""
