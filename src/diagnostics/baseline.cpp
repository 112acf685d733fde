#include "diagnostics/baseline.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace scantling {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view kSchema = "scantling.baseline/1";

std::string text_member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void order(std::vector<BaselineEntry>& entries) {
  std::ranges::sort(entries);
  const auto doubles = std::ranges::unique(entries);
  entries.erase(doubles.begin(), doubles.end());
}

}  // namespace

Expected<Baseline> parse_baseline(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return fail("the baseline is not JSON");
  if (!json.is_object() || text_member(json, "schema") != kSchema)
    return fail("the baseline does not say \"schema\": \"" + std::string(kSchema) + "\"");
  const auto list = json.find("findings");
  if (list == json.end() || !list->is_array()) return fail("the baseline has no list \"findings\"");
  Baseline out;
  for (const Json& item : *list) {
    BaselineEntry entry;
    if (item.is_object())
      entry = {text_member(item, "fingerprint"), text_member(item, "rule"),
               text_member(item, "element")};
    if (entry.fingerprint.empty())
      return fail("finding " + std::to_string(out.entries.size() + 1) +
                  " of the baseline has no fingerprint");
    out.entries.push_back(std::move(entry));
  }
  order(out.entries);
  return out;
}

Baseline baseline_of(const Diagnostics& findings) {
  Baseline out;
  for (const Diagnostic& d : findings.all())
    if (!d.accepted)
      out.entries.push_back(
          {d.fingerprint(), std::string(d.kind ? d.kind->name : std::string_view()), d.element});
  order(out.entries);
  return out;
}

std::string baseline_text(const Baseline& baseline) {
  Json list = Json::array();
  for (const BaselineEntry& entry : baseline.entries)
    list.push_back(
        {{"fingerprint", entry.fingerprint}, {"rule", entry.rule}, {"element", entry.element}});
  const Json out = {{"schema", kSchema}, {"findings", std::move(list)}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::size_t apply_baseline(const Baseline& baseline, Diagnostics& findings) {
  return std::erase_if(findings.all(), [&](const Diagnostic& d) {
    const std::string fingerprint = d.fingerprint();
    const auto at =
        std::ranges::lower_bound(baseline.entries, fingerprint, {}, &BaselineEntry::fingerprint);
    return at != baseline.entries.end() && at->fingerprint == fingerprint;
  });
}

}  // namespace scantling
