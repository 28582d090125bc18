#include "cli/command.h"

int main(int argc, char** argv) {
  return kedge::run_command_line(kedge::Arguments(argv + 1, argv + argc));
}
