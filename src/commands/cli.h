// The command line: words to an invocation of one command. The only file that sees CLI11 is
// cli.cpp.
#pragma once

namespace scantling {

int run_command_line(int argc, char** argv);

}  // namespace scantling
