// Whatever the bytes: the readers of published systems, cuts and histories neither crash nor hang,
// and what they yield names only entities that are there. The first byte chooses the reader.
#include <string>

#include "boundaries/history.h"
#include "boundaries/subject.h"
#include "fuzz.h"

namespace scantling::boundaries {
namespace {

bool known(const Subject& subject, int entity) {
  return entity >= 0 && static_cast<std::size_t>(entity) < subject.input.entities.size();
}

void check_subject(const Subject& subject) {
  REQUIRE(!subject.input.entities.empty());
  for (const Functionality& f : subject.input.functionalities) {
    REQUIRE(!f.accesses.empty() || subject.format == "access sequences");
    for (const Access& access : f.accesses)
      REQUIRE(known(subject, access.entity));
  }
  for (const Relation& relation : subject.input.relations)
    REQUIRE(known(subject, relation.a) && known(subject, relation.b));
  for (const auto& pair : subject.input.constraints.keep_apart)
    for (const int entity : pair)
      REQUIRE(known(subject, entity));
  for (const Entity& entity : subject.input.entities)
    REQUIRE(entity.team < static_cast<int>(subject.teams.size()) && entity.size > 0);
  REQUIRE(subject.given.empty() || subject.given.group.size() == subject.input.entities.size());
  for (const int label : subject.given.group)
    REQUIRE(label < static_cast<int>(subject.given.names.size()));
  REQUIRE(subject.unit_entity.size() == subject.code.units.size());
}

// Two files in one input, apart at the first NUL.
std::vector<InputFile> files_of(std::string_view text, const char* first, const char* second) {
  const std::size_t end = text.find('\0');
  std::vector<InputFile> files{{first, std::string(text.substr(0, end))}};
  if (end != std::string_view::npos) files.push_back({second, std::string(text.substr(end + 1))});
  return files;
}

void check_cut(const char* path, std::string_view text) {
  Subject subject;
  subject.input.entities = {{"Order", 1, -1}, {"Cart", 1, -1}};
  const auto cut = read_cut({path, std::string(text)}, subject);
  if (!cut) return;
  REQUIRE(cut->group.size() == 2);
  for (const int label : cut->group)
    REQUIRE(label >= -1 && label < static_cast<int>(cut->names.size()));
}

void check_history(std::string_view text) {
  const auto commits = parse_git_log(text);
  if (!commits) return;
  const std::vector<Entity> entities = {{"Order", 1, -1}, {"OrderLine", 1, -1}};
  const HistoryEvidence evidence = evidence_of(*commits, FileOwners(entities), 2);
  REQUIRE(evidence.commits <= commits->size() && evidence.matched_files <= evidence.files);
  for (const CoChange& change : evidence.co_changes)
    REQUIRE(change.a >= 0 && change.b < 2 && change.weight > 0);
}

}  // namespace
}  // namespace scantling::boundaries

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scantling::boundaries;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<InputFile> files;
  switch (data[0] % 7) {
    case 0: files = files_of(text, "a.json", "b.json"); break;
    case 1: files = files_of(text, "a.cml", "b.scl"); break;
    case 2: files = files_of(text, "a.csv", "b.csv"); break;
    case 3: check_cut("c.json", text); return 0;
    case 4: check_cut("c.csv", text); return 0;
    case 5: check_history(text); return 0;
    default: check_cut("c.txt", text); return 0;
  }
  if (const auto subject = read_subject(files)) check_subject(*subject);
  return 0;
}
