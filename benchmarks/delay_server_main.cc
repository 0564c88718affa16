#include <unistd.h>

#include <exception>
#include <iostream>

#include "workloads/io/delay_server.h"

// The delay server for programs in other languages: prints its port, and ends with its standard input.
int main() {
  try {
    const contend::workloads::DelayServer server;
    std::cout << server.address().port << std::endl;
    char unused = 0;
    while (read(STDIN_FILENO, &unused, 1) > 0) {
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "delay_server: " << error.what() << '\n';
    return 1;
  }
}
