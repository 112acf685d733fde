#include <optional>

#include "syntax/encoding.h"
#include "syntax/events.h"
#include "syntax/tree.h"
#include "syntax/tree_builder.h"

namespace scantling {

namespace {

constexpr std::size_t kMaxTagDirectives = 1000;  // libyaml compares each with all before it
constexpr std::size_t kMaxDocuments = 100'000;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// The offset of the first %TAG line over the limit, if there are so many.
std::size_t excess_tag_directive(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find("%TAG"); at != std::string_view::npos;
       at = text.find("%TAG", at + 4)) {
    if ((at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r') && ++count > kMaxTagDirectives)
      return at;
  }
  return std::string_view::npos;
}

// Reads the documents of one file: all of them, or the first.
class FileReader {
 public:
  FileReader(const Sources& sources, FileId file, const SyntaxLimits& limits)
      : text_(sources.text(file)), file_(file), limits_(limits) {}

  std::vector<SyntaxResult> run(bool every_document) {
    if (text_.size() > limits_.bytes)
      return only(SyntaxProblem::Kind::TooLarge, 0, 0,
                  "more than " + std::to_string(limits_.bytes >> 20) + " MiB");
    const std::uint32_t base = text_.starts_with(kByteOrderMark) ? 3 : 0;
    std::string_view body = text_.substr(base);
    if (const std::size_t at = excess_tag_directive(body); at != std::string_view::npos)
      return only(SyntaxProblem::Kind::Malformed, base + static_cast<std::uint32_t>(at),
                  base + static_cast<std::uint32_t>(at) + 4,
                  "more than " + std::to_string(kMaxTagDirectives) + " %TAG lines");
    const std::optional<BadByte> bad = find_bad_byte(body);
    if (bad) body = body.substr(0, bad->offset);
    read(body, base, every_document, !bad);
    if (bad) {
      const auto at = base + static_cast<std::uint32_t>(bad->offset);
      SyntaxResult& last = results_.back();
      last.problems.push_back(
          {bad->broken_utf8 ? SyntaxProblem::Kind::BadEncoding : SyntaxProblem::Kind::Malformed,
           Span{file_, at, at + static_cast<std::uint32_t>(bad->length)},
           {},
           bad->detail});
    }
    return std::move(results_);
  }

 private:
  std::vector<SyntaxResult> only(SyntaxProblem::Kind kind, std::uint32_t begin, std::uint32_t end,
                                 std::string detail) {
    TreeBuilder builder(text_, file_, limits_);
    builder.report(kind, begin, end, std::move(detail));
    results_.push_back(builder.finish(begin));
    return std::move(results_);
  }

  // With `complete` false the text was cut before a bad byte: what libyaml says of its end is no
  // news.
  void read(std::string_view body, std::uint32_t base, bool every_document, bool complete) {
    const std::string_view all = text_.substr(0, base + body.size());
    const auto start = static_cast<std::uint32_t>(base);
    EventStream events(body, base);
    std::optional<TreeBuilder> builder(std::in_place, all, file_, limits_);
    if (!every_document) builder->reserve();
    bool in_document = false;
    while (true) {
      const Event event = events.next();
      if (event.kind == EventKind::Failed) {
        if (complete) builder->report_malformed(events.problem());
        break;
      }
      if (event.kind == EventKind::StreamEnd) break;
      if (event.kind == EventKind::DocumentStart) {
        if (in_document && !every_document) {
          if (!limits_.many_documents)
            builder->report(SyntaxProblem::Kind::SecondDocument, event.begin, event.end);
          break;
        }
        if (results_.size() + 1 >= kMaxDocuments) {
          builder->report(SyntaxProblem::Kind::TooManyNodes, event.begin, event.end,
                          "more than " + std::to_string(kMaxDocuments) + " documents");
          break;
        }
        if (in_document) {
          results_.push_back(builder->finish(start));
          builder.emplace(all, file_, limits_);
        }
        in_document = true;
      }
      if (!builder->take(event)) break;
    }
    results_.push_back(builder->finish(start, complete));
  }

  std::string_view text_;
  FileId file_;
  const SyntaxLimits& limits_;
  std::vector<SyntaxResult> results_;
};

}  // namespace

const MapEntry* SyntaxTree::find(const Node& map, std::string_view key) const {
  for (int i = 0; i < map.count; ++i) {
    if (const MapEntry& found = entry(map, i); found.key == key) return &found;
  }
  return nullptr;
}

SyntaxResult parse_yaml(const Sources& sources, FileId file, const SyntaxLimits& limits) {
  std::vector<SyntaxResult> results = FileReader(sources, file, limits).run(false);
  return std::move(results.front());
}

std::vector<SyntaxResult> parse_yaml_documents(const Sources& sources, FileId file,
                                               const SyntaxLimits& limits) {
  return FileReader(sources, file, limits).run(true);
}

}  // namespace scantling
