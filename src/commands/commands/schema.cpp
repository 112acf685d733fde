#include "commands/support.h"
#include "language/language.h"

namespace scantling {
namespace {

int run(const Invocation& invocation) {
  invocation.streams.print(invocation.has("--reference") ? reference_page() : json_schema());
  return kExitFine;
}

constexpr CommandOption kOptions[] = {
    {"--reference", "", "the reference page of the language, in Markdown, instead", "", "", false}};
constexpr std::string_view kExamples[] = {"scantling schema > scantling.schema.json",
                                          "scantling schema --reference > language.md"};

}  // namespace

extern const Command command_schema;
const Command command_schema{
    "schema",
    "the JSON Schema of the model language",
    "Prints the JSON Schema (draft 2020-12) of the language, from the same table that the reader "
    "uses: an editor that knows it completes and checks models as they are typed.",
    {},
    kOptions,
    kExamples,
    run};

}  // namespace scantling
