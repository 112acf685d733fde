#include "support/golden_file.h"

#include <algorithm>

namespace scantling::testing {
namespace {

constexpr std::string_view kNoNewline = "\\no newline";
constexpr std::string_view kOpen = "-- ", kClose = " --";

bool is_header(std::string_view line) {
  return line.size() > kOpen.size() + kClose.size() && line.starts_with(kOpen) &&
         line.ends_with(kClose);
}

std::string_view header_name(std::string_view line) {
  return line.substr(kOpen.size(), line.size() - kOpen.size() - kClose.size());
}

// A name that stays inside the test's folder.
bool is_safe_path(std::string_view name) {
  return !name.starts_with('/') && name != ".." && !name.starts_with("../") &&
         !name.ends_with("/..") && name.find("/../") == std::string_view::npos;
}

std::string escaped(std::string_view body) {
  std::string out;
  for (const std::string_view line : lines_of(body)) {
    if (line.starts_with('\\') || is_header(line)) out += '\\';
    out.append(line).push_back('\n');
  }
  if (!body.empty() && body.back() != '\n') out.append(kNoNewline).push_back('\n');
  return out;
}

void append_line(std::string& body, std::string_view line) {
  if (line == kNoNewline) {
    if (!body.empty()) body.pop_back();
    return;
  }
  if (line.starts_with('\\')) line.remove_prefix(1);
  body += line;
  body += '\n';
}

bool check_sections(const GoldenFile& file, std::string& problem) {
  const auto at = [&](const Section& section, std::string_view what) {
    problem = "line " + std::to_string(section.line) + ": section '" + section.name + "' " +
              std::string(what);
    return false;
  };
  for (const GoldenCase& test : file.cases) {
    for (const Section& section : test.sections) {
      if (!is_safe_path(section.name)) return at(section, "leaves the test's folder");
      if (section.name.starts_with("from ") && !section.body.empty()) {
        return at(section, "takes no body");
      }
      if (is_partial(section.name) && section.body.find_first_not_of('\n') == std::string::npos) {
        return at(section, "needs a line to look for");
      }
      if (test.find(section.name) != &section) return at(section, "is there twice in one case");
    }
    if (test.find("args") == nullptr) {
      problem = "no section '-- args --'";
      return false;
    }
  }
  return true;
}

}  // namespace

const Section* GoldenCase::find(std::string_view name) const {
  const auto it = std::ranges::find(sections, name, &Section::name);
  return it == sections.end() ? nullptr : &*it;
}

void GoldenCase::set(std::string_view name, std::string body) {
  const auto it = std::ranges::find(sections, name, &Section::name);
  if (it != sections.end()) {
    it->body = std::move(body);
  } else {
    sections.push_back({std::string(name), std::move(body), 0});
  }
}

bool parse_golden(std::string_view text, GoldenFile& out, std::string& problem) {
  out = {};
  Section* current = nullptr;
  bool seen_args = false;
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    ++number;
    if (end == std::string_view::npos) {
      problem = "line " + std::to_string(number) + ": no line end";
      return false;
    }
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (is_header(line)) {
      const std::string_view name = header_name(line);
      if (out.cases.empty() || (name == "args" && seen_args)) out.cases.emplace_back();
      seen_args = seen_args || name == "args";
      out.cases.back().sections.push_back({std::string(name), "", number});
      current = &out.cases.back().sections.back();
    } else if (current == nullptr) {
      out.preamble.append(line).push_back('\n');
    } else {
      append_line(current->body, line);
    }
  }
  if (out.cases.empty()) {
    problem = "no section '-- args --'";
    return false;
  }
  return check_sections(out, problem);
}

std::string render_golden(const GoldenFile& file) {
  std::string out = file.preamble;
  for (const GoldenCase& test : file.cases) {
    for (const Section& section : test.sections) {
      out.append(kOpen).append(section.name).append(kClose).push_back('\n');
      out += escaped(section.body);
    }
  }
  return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool split_arguments(std::string_view line, std::vector<std::string>& out) {
  out.clear();
  bool in_word = false;
  char quote = 0;
  for (const char c : line) {
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        out.back() += c;
      }
      continue;
    }
    if (c == ' ' || c == '\n' || c == '\t') {
      in_word = false;
      continue;
    }
    if (!in_word) out.emplace_back();
    in_word = true;
    if (c == '\'' || c == '"') {
      quote = c;
    } else {
      out.back() += c;
    }
  }
  return quote == 0;
}

std::optional<std::string_view> first_missing(std::string_view wanted, std::string_view text) {
  for (const std::string_view part : lines_of(wanted)) {
    const std::size_t at = text.find(part);
    if (at == text.npos) return part;
    text.remove_prefix(at + part.size());
  }
  return std::nullopt;
}

std::optional<std::string_view> first_present(std::string_view unwanted, std::string_view text) {
  for (const std::string_view part : lines_of(unwanted))
    if (!part.empty() && text.find(part) != text.npos) return part;
  return std::nullopt;
}

}  // namespace scantling::testing
