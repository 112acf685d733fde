#include "language/output.h"

#include "base/text.h"
#include "syntax/write.h"

namespace scantling {

Out Out::none() {
  return {};
}

Out Out::scalar(std::string text) {
  Out out;
  out.kind = Kind::Scalar;
  out.text = std::move(text);
  return out;
}

Out Out::string(std::string text) {
  Out out = scalar(std::move(text));
  out.is_string = true;
  return out;
}

Out Out::list() {
  Out out;
  out.kind = Kind::List;
  return out;
}

Out Out::map() {
  Out out;
  out.kind = Kind::Map;
  return out;
}

void Out::add(std::string_view key, Out value) {
  if (value.any()) members.emplace_back(std::string(key), std::move(value));
}

void Out::add(Out item) {
  if (item.any()) items.push_back(std::move(item));
}

namespace {

bool is_pair(const Out& out) {
  return out.kind == Out::Kind::Map && out.members.size() == 1 &&
         out.members.front().second.kind == Out::Kind::Scalar;
}

bool is_flat(const Out& map) {
  for (const auto& member : map.members)
    if (member.second.kind != Out::Kind::Scalar) return false;
  return true;
}

// Whether it reads better as a block however short it is: sections, and lists of larger maps.
bool wants_block(const Out& out) {
  if (out.block) return true;
  if (out.kind == Out::Kind::List) {
    const bool only = out.items.size() == 1 && is_flat(out.items.front());
    for (const Out& item : out.items)
      if ((item.kind == Out::Kind::Map && !is_pair(item) && !only) || wants_block(item))
        return true;
  }
  for (const auto& member : out.members)
    if (wants_block(member.second)) return true;
  return false;
}

void append_member(std::string& text, std::string_view key, const Out& value, std::size_t indent);
void append_lines(std::string& text, const Out& out, std::size_t indent, bool after_dash);

// Whether the value goes on the line that is `used` columns long already.
bool fits(const Out& value, std::size_t used, std::string& flow) {
  if (value.kind != Out::Kind::Scalar && wants_block(value) &&
      !(value.items.empty() && value.members.empty()))
    return false;
  flow = value.kind == Out::Kind::Scalar ? scalar_text(value.text, false, value.is_string)
                                         : flow_text(value);
  const bool empty = value.items.empty() && value.members.empty();
  return value.kind == Out::Kind::Scalar || empty || used + display_width(flow) <= kLineWidth;
}

void append_item(std::string& text, const Out& item, std::size_t indent) {
  text.append(indent, ' ');
  text += "- ";
  std::string flow;
  const bool single = item.kind == Out::Kind::Map && item.members.size() == 1;
  if (!single && fits(item, indent + 2, flow)) {
    text += flow;
    text += '\n';
    return;
  }
  append_lines(text, item, indent + 2, true);
}

void append_lines(std::string& text, const Out& out, std::size_t indent, bool after_dash) {
  bool first = after_dash;
  if (out.kind == Out::Kind::Map) {
    for (const auto& [key, value] : out.members) {
      if (!first) text.append(indent, ' ');
      first = false;
      append_member(text, key, value, indent);
    }
    return;
  }
  for (const Out& item : out.items) {
    if (first) {
      std::string nested;
      append_item(nested, item, indent);
      text += std::string_view(nested).substr(indent);
      first = false;
    } else {
      append_item(text, item, indent);
    }
  }
}

// Without the key's own indentation.
void append_member(std::string& text, std::string_view key, const Out& value, std::size_t indent) {
  const std::string name = scalar_text(key, false, false);
  text += name;
  text += ':';
  std::string flow;
  if (fits(value, indent + name.size() + 2, flow)) {
    text += ' ';
    text += flow;
    text += '\n';
    return;
  }
  text += '\n';
  append_lines(text, value, indent + 2, false);
}

}  // namespace

bool same_value(const Out& a, const Out& b) {
  if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size() ||
      a.members.size() != b.members.size())
    return false;
  for (std::size_t i = 0; i < a.items.size(); ++i)
    if (!same_value(a.items[i], b.items[i])) return false;
  for (std::size_t i = 0; i < a.members.size(); ++i)
    if (a.members[i].first != b.members[i].first ||
        !same_value(a.members[i].second, b.members[i].second))
      return false;
  return true;
}

std::string scalar_text(std::string_view text, bool in_flow, bool is_string) {
  const Layout layout = in_flow ? Layout::Flow : Layout::Block;
  return is_string ? yaml_string(text, layout) : yaml_value(text, layout);
}

namespace {

std::string pair_text(const OutMember& member) {
  return scalar_text(member.first, true, false) + ": " + flow_text(member.second);
}

}  // namespace

std::string flow_text(const Out& out) {
  std::string text;
  switch (out.kind) {
    case Out::Kind::None: break;
    case Out::Kind::Scalar: return scalar_text(out.text, true, out.is_string);
    case Out::Kind::List:
      for (const Out& item : out.items) {
        text += text.empty() ? "[" : ", ";
        // [read: orders-db]: a pair needs no braces inside a list.
        text += is_pair(item) ? pair_text(item.members.front()) : flow_text(item);
      }
      return text.empty() ? "[]" : text + "]";
    case Out::Kind::Map:
      for (const auto& [key, value] : out.members)
        text +=
            (text.empty() ? "{ " : ", ") + scalar_text(key, true, false) + ": " + flow_text(value);
      return text.empty() ? "{}" : text + " }";
  }
  return text;
}

std::string block_text(const Out& map_or_list, std::size_t indent) {
  std::string text;
  append_lines(text, map_or_list, indent, false);
  return text;
}

std::string member_text(std::string_view key, const Out& value, std::size_t indent) {
  std::string text(indent, ' ');
  append_member(text, key, value, indent);
  return text;
}

}  // namespace scantling
