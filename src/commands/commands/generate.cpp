#include "generate/generate.h"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "base/text.h"
#include "commands/support.h"
#include "design/design.h"
#include "generate/contracts.h"
#include "generate/manifests.h"
#include "generate/target.h"
#include "generate/write.h"
#include "language/language.h"

namespace scantling {
namespace {

using generate::FileOutcome;
using generate::FileState;

void print_targets(const Invocation& invocation) {
  std::string out;
  for (const generate::Target& target : generate::all_targets())
    out += fmt::format("{:<18} {}\n", target.name, target.summary);
  invocation.streams.print(out);
}

bool known_targets(const Invocation& invocation, const std::vector<std::string>& wanted) {
  for (const std::string& name : wanted) {
    if (generate::find_target(name) != nullptr) continue;
    const auto names = generate::target_names();
    std::string problem = fmt::format("there is no target '{}'", name);
    if (const auto near = nearest(name, names))
      problem += fmt::format("; did you mean '{}'?", *near);
    invocation.streams.complain(problem + " (scantling generate --list names them)");
    return false;
  }
  return true;
}

// What the model leaves open is designed first, as `simulate` does.
bool complete(const Invocation& invocation, Architecture& model) {
  if (has_solution(model)) return true;
  DesignOptions options;
  if (!read_run_options(invocation, options.seed, options.jobs)) return false;
  options.simulate = !invocation.has("--no-simulate");
  invocation.streams.hint(
      "the model states a problem only: it is designed first, and the design is generated");
  model = design(std::move(model), catalog_in_use(), options).model;
  return true;
}

bool plain_host(std::string_view text) {
  return !text.empty() && text.size() <= 200 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_/:").find(c) != std::string_view::npos;
  });
}

// "2027-03-31"
bool is_day(std::string_view text) {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  return true;
}

bool read_options(const Invocation& invocation, generate::GenerateOptions& options) {
  options.sunset = invocation.get("--sunset", "");
  if (!options.sunset.empty() && !is_day(options.sunset)) {
    invocation.streams.complain(
        fmt::format("--sunset takes a day as YYYY-MM-DD, not '{}'; for example --sunset 2027-03-31",
                    options.sunset));
    return false;
  }
  const std::pair<const char*, std::string*> texts[] = {{"--registry", &options.registry},
                                                        {"--domain", &options.domain},
                                                        {"--repository", &options.repository},
                                                        {"--tag", &options.tag}};
  for (const auto& [name, value] : texts) {
    if (!invocation.has(name)) continue;
    *value = invocation.get(name);
    if (plain_host(*value)) continue;
    invocation.streams.complain(fmt::format(
        "{} takes letters, digits and . - _ / :, not '{}'; for example {} {}", name, *value, name,
        name == std::string_view("--tag") ? "1.4.2" : "registry.example.com/shop"));
    return false;
  }
  return true;
}

std::string report(const std::vector<FileOutcome>& outcomes, bool dry) {
  std::string out;
  std::array<std::size_t, 7> counts{};
  for (const FileOutcome& outcome : outcomes) {
    ++counts[static_cast<std::size_t>(outcome.state)];
    const bool quiet = outcome.state == FileState::Unchanged || outcome.state == FileState::Kept;
    if (!quiet) out += fmt::format("{:<9} {}\n", to_text(outcome.state), outcome.path);
    if (outcome.state == FileState::Conflict)
      out += fmt::format("{:<9} {}\n", "",
                         "changed by hand and by the model in the same lines: " +
                             generate::conflict_path(outcome.path) +
                             (dry ? " would hold" : " holds") + " the model's");
  }
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0)
      parts.push_back(fmt::format("{} {}", counts[i], to_text(static_cast<FileState>(i))));
  return out + fmt::format("{}: {}{}\n", plural(static_cast<std::int64_t>(outcomes.size()), "file"),
                           join(parts, ", "), dry ? "; nothing was touched" : "");
}

bool changes(const std::vector<FileOutcome>& outcomes) {
  return std::ranges::any_of(outcomes, [](const FileOutcome& outcome) {
    return outcome.state != FileState::Unchanged && outcome.state != FileState::Kept;
  });
}

// The targets to run: those named, with those that the folder already has.
bool choose_targets(const Invocation& invocation, const std::string& folder,
                    std::vector<std::string>& targets) {
  if (targets.empty() || invocation.has("--only")) return true;
  const auto had = generate::targets_of(folder);
  if (!had) {
    invocation.streams.complain(had.error().message);
    return false;
  }
  for (const std::string& target : *had)
    if (generate::find_target(target) != nullptr) targets.push_back(target);
  return true;
}

// `generate --check FILES`: objects from elsewhere, without a model.
bool are_manifests(const std::vector<std::string>& arguments) {
  std::error_code error;
  for (const std::string& path : arguments) {
    if (std::filesystem::is_directory(path, error)) return true;
    const auto text = disk().read(path);
    if (text && text->find("apiVersion") != std::string::npos &&
        text->find("kind") != std::string::npos && !text->starts_with("scantling:"))
      return true;
  }
  return false;
}

std::string audit_summary(const generate::Audit& audit) {
  std::string out = fmt::format(
      "{} checked: {}\n", plural(static_cast<std::int64_t>(audit.objects), "object"),
      audit.findings.empty() ? "nothing found"
                             : plural(static_cast<std::int64_t>(audit.findings.size()), "finding"));
  if (!audit.without_schema.empty())
    out += "without a schema: " + join(audit.without_schema, ", ") + "\n";
  return out;
}

// The rules that custom resources carry: how many were asked, and which were not.
std::string said_rules(const generate::Audit& audit) {
  if (audit.rules_asked + audit.rules_about_changes + audit.rules_unknown.size() == 0) return "";
  std::string out = fmt::format(
      "{} of custom resources asked, {} about changes left to the API server, {} not understood\n",
      plural(static_cast<std::int64_t>(audit.rules_asked), "rule"), audit.rules_about_changes,
      audit.rules_unknown.size());
  for (const std::string& rule : audit.rules_unknown)
    out += "not understood: " + rule.substr(0, 200) + "\n";
  return out;
}

// What was decided and is not written, and what is written without a schema to hold it to.
std::string said_missing(const generate::Generated& generated) {
  std::string out;
  if (!generated.audit.rules_unknown.empty()) out += said_rules(generated.audit);
  for (const generate::NotGenerated& each : generated.missing)
    out += fmt::format("not generated: {} ({}): {}\n", each.element, each.what, each.instead);
  if (!generated.audit.without_schema.empty())
    out += "no schema to check by: " + join(generated.audit.without_schema, ", ") + "\n";
  return out;
}

int check_files(const Invocation& invocation) {
  const auto paths = generate::manifest_files(invocation.arguments);
  if (!paths) {
    invocation.streams.complain(paths.error().message);
    return kExitUsage;
  }
  std::vector<generate::Resource> objects;
  generate::Audit unread;
  for (const std::string& path : *paths) {
    const auto text = disk().read(path);
    if (!text) {
      invocation.streams.complain(text.error().message);
      return kExitUsage;
    }
    generate::ManifestFile file = generate::parse_manifests(*text);
    for (const std::string& problem : file.problems)
      unread.findings.push_back({"syntax", path, "", "", problem});
    for (generate::Value& document : file.documents)
      if (document.find("apiVersion") != nullptr || document.find("kind") != nullptr)
        objects.push_back({std::move(document), path, ""});
  }
  generate::Audit audit = generate::audit(objects);
  audit.findings.insert(audit.findings.begin(), unread.findings.begin(), unread.findings.end());
  invocation.streams.print(generate::audit_lines(audit) + audit_summary(audit) + said_rules(audit));
  return audit.findings.empty() ? kExitFine : kExitFindings;
}

// `generate MODEL --against OLD`: whether what is deployed can be followed by the model.
int compare_contracts(const Invocation& invocation, Architecture& model,
                      const generate::GenerateOptions& options) {
  ModelInput loaded;
  load_model(invocation, std::string(invocation.get("--against")), loaded);
  if (!loaded.ok) return kExitUsage;
  Architecture old = std::move(loaded.model.model);
  if (!complete(invocation, old)) return kExitUsage;
  const auto changes =
      generate::contract_changes(generate::Plan(old, options), generate::Plan(model, options));
  std::string out;
  std::int64_t breaking = 0;
  for (const generate::ContractChange& change : changes) {
    breaking += change.breaking ? 1 : 0;
    out +=
        fmt::format("{:<9} {}: {}{}\n", change.breaking ? "breaking" : "fine", change.element,
                    change.text, change.whom.empty() ? "" : "; breaks " + enumerate(change.whom));
  }
  invocation.streams.print(
      out + fmt::format("{}, {} breaking\n",
                        plural(static_cast<std::int64_t>(changes.size()), "change"), breaking));
  return breaking > 0 ? kExitFindings : kExitFine;
}

int run(const Invocation& invocation) {
  if (invocation.has("--list")) {
    print_targets(invocation);
    return kExitFine;
  }
  if (invocation.arguments.empty()) {
    invocation.streams.complain("generate takes a MODEL; for example scantling generate shop.yaml");
    return kExitUsage;
  }
  if (invocation.has("--check") && are_manifests(invocation.arguments))
    return check_files(invocation);
  std::vector<std::string> targets(invocation.arguments.begin() + 1, invocation.arguments.end());
  generate::GenerateOptions options;
  if (!known_targets(invocation, targets) || !read_options(invocation, options)) return kExitUsage;
  ModelInput loaded;
  load_model(invocation, invocation.arguments[0], loaded);
  if (!loaded.ok) return kExitUsage;
  Architecture model = std::move(loaded.model.model);
  if (!complete(invocation, model)) return kExitUsage;
  options.simulate = !invocation.has("--no-simulate");
  if (!read_run_options(invocation, options.seed, options.jobs)) return kExitUsage;
  if (invocation.has("--against")) return compare_contracts(invocation, model, options);
  generate::WriteOptions write;
  write.folder = invocation.get("--out", "generated");
  write.dry = invocation.has("--check");
  if (!choose_targets(invocation, write.folder, targets)) return kExitUsage;
  if (options.simulate)
    invocation.streams.hint(
        "each part's failure is simulated for the failure modes "
        "(--no-simulate leaves that out)");
  const generate::Generated generated = generate::generate_all(model, targets, options);
  write.targets = generated.targets;
  write.model_hash = hex16(fnv1a(write_model(model)));
  const auto outcomes = generate::write_out(generated.output, write);
  if (!outcomes) {
    invocation.streams.complain(outcomes.error().message);
    return kExitUsage;
  }
  invocation.streams.print(generate::audit_lines(generated.audit) + report(*outcomes, write.dry) +
                           said_missing(generated));
  const bool conflict = std::ranges::any_of(
      *outcomes, [](const FileOutcome& o) { return o.state == FileState::Conflict; });
  const bool wrong = !generated.audit.findings.empty();
  return conflict || wrong || (write.dry && changes(*outcomes)) ? kExitFindings : kExitFine;
}

constexpr CommandArgument kArguments[] = {
    {"MODEL",
     "a model; - for standard input; with --check, manifests of Kubernetes or folders of them",
     false, false},
    {"TARGET", "what to generate; without one, what fits the model", false, true}};
constexpr CommandOption kOptions[] = {
    kOverlayOption,
    kCatalogOption,
    {"--out", "DIR", "the folder that is written", "generated", "", false},
    {"--list", "", "print the targets", "", "", false},
    {"--check", "", "write nothing; say what would change, and exit with 1 when something would",
     "", "", false},
    {"--against", "OLD",
     "write nothing; say what the model breaks in the contracts of this one, and "
     "for whom",
     "", "", false},
    {"--only", "", "the targets named alone: drop what the folder has of others", "", "", false},
    {"--registry", "HOST", "image registry", "registry.example.com", "", false},
    {"--tag", "TAG", "tag of the images until an overlay sets one", "1.0.0", "", false},
    {"--domain", "DOMAIN", "domain under which public APIs are reached", "example.com", "", false},
    {"--repository", "URL", "where the sources are", "https://git.example.com", "", false},
    {"--sunset", "DAY",
     "the day after which an endpoint may be gone that has a later version beside it", "", "",
     false},
    {"--no-simulate", "",
     "a model that is designed first: without proof; failure modes by the estimate alone", "", "",
     false},
    kSeedOption,
    kJobsOption,
};
constexpr std::string_view kExamples[] = {
    "scantling generate examples/shop.yaml --out deploy",
    "scantling generate shop.yaml istio prometheus --out deploy",
    "scantling generate shop.yaml --out deploy --check",
    "scantling generate --check manifests/",
    "scantling generate shop.yaml --against deployed.yaml",
};

}  // namespace

extern const Command command_generate;
const Command command_generate{
    "generate",
    "write everything that gets deployed from a model",
    "Writes manifests, mesh and gateway routes, rules and dashboards, contracts, pipelines and "
    "runbooks from one model, so that they agree with each other and with what was simulated.\n"
    "What you change in a generated file is merged with the next run, or reported with both "
    "versions. Overlays are yours. A model that only states its problem is designed first.",
    kArguments,
    kOptions,
    kExamples,
    run};

}  // namespace scantling
