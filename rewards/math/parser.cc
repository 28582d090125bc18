#include "rewards/math/parser.h"

#include <algorithm>
#include <array>

#include "rewards/math/literal.h"
#include "rewards/math/tokens.h"

namespace kedge {
namespace {

using Kind = MathToken::Kind;

constexpr int64_t kMostNodes = 2000;
constexpr int kDeepest = 64;       // sums inside sums, signs before signs
constexpr int kDeepestAtom = 256;  // scripts and arguments inside each other

constexpr std::array<std::string_view, 35> kGreek = {
    "alpha",    "beta",    "gamma", "delta",  "epsilon", "varepsilon", "zeta",  "eta",   "theta",
    "vartheta", "iota",    "kappa", "lambda", "mu",      "nu",         "xi",    "rho",   "sigma",
    "tau",      "upsilon", "phi",   "varphi", "chi",     "psi",        "omega", "Gamma", "Delta",
    "Theta",    "Lambda",  "Xi",    "Sigma",  "Upsilon", "Phi",        "Psi",   "Omega"};
constexpr std::array<std::string_view, 7> kAccents = {"dot", "ddot",  "hat",     "bar",
                                                      "vec", "tilde", "overline"};
// Commands that stand between operands, so that nothing is multiplied with what follows.
constexpr std::array<std::string_view, 13> kNoOperand = {
    "times", "cdot", "div", "pm", "mp", "le", "ge", "ne", "lt", "gt", "cup", "in", "rfloor"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Leaves the parser; caught in parse_expression.
struct Unreadable {};

// One level of nesting while it lives.
class Level {
 public:
  Level(int& depth, int deepest) : depth_(depth) {
    if (++depth_ > deepest) {
      --depth_;
      throw Unreadable();
    }
  }
  ~Level() { --depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  int& depth_;
};

class Parser {
 public:
  explicit Parser(std::vector<MathToken> tokens) : tokens_(std::move(tokens)) {}

  MathTree whole() {
    if (tokens_.empty()) {
      throw Unreadable();
    }
    MathTree tree = sum();
    if (at_ != tokens_.size()) {
      throw Unreadable();
    }
    return tree;
  }

 private:
  // ---- tokens ----

  const MathToken& peek(size_t ahead = 0) const {
    static const MathToken end;
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : end;
  }
  MathToken take() {
    if (at_ >= tokens_.size()) {
      throw Unreadable();
    }
    return tokens_[at_++];
  }
  bool take_sign(std::string_view sign) {
    if (!peek().is_sign(sign)) {
      return false;
    }
    ++at_;
    return true;
  }
  void expect(std::string_view sign) {
    if (!take_sign(sign)) {
      throw Unreadable();
    }
  }

  // ---- nodes ----

  static MathNode literal(const std::string& text) {
    const std::optional<Literal> read = read_literal(text);
    if (!read) {
      throw Unreadable();
    }
    MathNode node;
    node.number = read->value;
    node.has_point = read->has_point;
    return node;
  }

  MathTree node(MathNode content) {
    if (++num_nodes_ > kMostNodes) {
      throw Unreadable();
    }
    return std::make_shared<const MathNode>(std::move(content));
  }
  MathTree node(MathOp op, std::vector<MathTree> args) {
    MathNode content;
    content.op = op;
    content.args = std::move(args);
    return node(std::move(content));
  }
  MathTree named_node(MathOp op, std::string name, std::vector<MathTree> args = {}) {
    MathNode content;
    content.op = op;
    content.name = std::move(name);
    content.args = std::move(args);
    return node(std::move(content));
  }

  // ---- grammar ----

  MathTree sum() {
    const Level level(depth_, kDeepest);
    MathTree left = term();
    while (peek().is_sign("+") || peek().is_sign("-")) {
      const MathOp op = take().text == "+" ? MathOp::add : MathOp::subtract;
      MathTree right = term();
      left = node(op, {left, right});
    }
    return left;
  }

  MathTree term() {
    MathTree left = unary();
    while (true) {
      if (peek().is_sign("*") || peek().is_command("times") || peek().is_command("cdot")) {
        ++at_;
        const MathOp op = take_sign("*") ? MathOp::power : MathOp::multiply;
        MathTree right = unary();
        left = node(op, {left, right});
      } else if (peek().is_sign("/") || peek().is_command("div")) {
        ++at_;
        MathTree right = unary();
        left = node(MathOp::divide, {left, right});
      } else if (starts_operand()) {
        left = beside(left, power());
      } else {
        return left;
      }
    }
  }

  bool starts_operand() const {
    const MathToken& next = peek();
    switch (next.kind) {
      case Kind::number:
      case Kind::variable:
        return true;
      case Kind::command:
        return !contains(kNoOperand, next.text) && next.text != "rceil";
      case Kind::sign:
        return next.text == "(" || next.text == "[" || next.text == "{" ||
               (next.text == "|" && open_bars_ == 0);
      case Kind::end:
        break;
    }
    return false;
  }

  // Two operands side by side: a product, or "3\frac{1}{2}".
  MathTree beside(const MathTree& left, const MathTree& right) {
    const bool negative = left->op == MathOp::negate;
    const MathTree whole = negative ? left->args[0] : left;
    const bool is_whole =
        whole->op == MathOp::number && !whole->has_point && whole->number.get_den() == 1;
    const bool is_fraction = right->is_fraction && right->args[0]->op == MathOp::number &&
                             right->args[1]->op == MathOp::number;
    if (!is_whole || !is_fraction) {
      return node(MathOp::multiply, {left, right});
    }
    MathTree mixed = node(MathOp::add, {whole, right});
    return negative ? node(MathOp::negate, {mixed}) : mixed;
  }

  MathTree unary() {
    if (!peek().is_sign("-") && !peek().is_sign("+")) {
      return power();
    }
    const Level level(depth_, kDeepest);
    const bool negative = take().text == "-";
    MathTree value = unary();
    return negative ? node(MathOp::negate, {value}) : value;
  }

  MathTree power() {
    MathTree base = postfix();
    if (!take_sign("^")) {
      return base;
    }
    if (peek().is_command("circ")) {
      ++at_;
    } else if (peek().is_sign("{") && peek(1).is_command("circ") && peek(2).is_sign("}")) {
      at_ += 3;
    } else {
      return node(MathOp::power, {base, script()});
    }
    return node(MathOp::multiply, {base, node(MathOp::degree, {})});
  }

  MathTree postfix() {
    MathTree value = atom();
    while (take_sign("!")) {
      value = named_node(MathOp::call, "factorial", {value});
    }
    return value;
  }

  // What ^ takes: a group, or a signed atom.
  MathTree script() {
    const Level level(atom_depth_, kDeepestAtom);
    if (peek().is_sign("{")) {
      return in_brackets();
    }
    if (take_sign("-")) {
      return node(MathOp::negate, {script()});
    }
    return peek().is_sign("(") ? in_brackets() : atom();
  }

  // An argument of \frac or \sqrt: without braces one digit or one letter.
  MathTree short_argument() {
    if (peek().kind != Kind::number || peek().text.size() == 1) {
      return script();
    }
    std::string& rest = tokens_[at_].text;
    const std::string digit = rest.substr(0, 1);
    rest.erase(0, 1);
    return node(literal(digit));
  }

  MathTree in_brackets() {
    const std::string open = take().text;
    MathTree inside = sum();
    expect(open == "(" ? ")" : open == "[" ? "]" : "}");
    return inside;
  }

  MathTree atom() {
    const Level level(atom_depth_, kDeepestAtom);
    if (peek().is_sign("(") || peek().is_sign("[") || peek().is_sign("{")) {
      return in_brackets();
    }
    const MathToken token = take();
    if (token.kind == Kind::number) {
      return node(literal(token.text));
    }
    if (token.kind == Kind::variable) {
      const std::string name = full_name(token.text);
      return name == "e" ? node(MathOp::e, {}) : named_node(MathOp::variable, name);
    }
    if (token.kind == Kind::command) {
      return command(token.text);
    }
    if (token.text == "|") {
      ++open_bars_;
      MathTree inside = sum();
      expect("|");
      --open_bars_;
      return named_node(MathOp::call, "abs", {inside});
    }
    throw Unreadable();
  }

  MathTree command(const std::string& name) {
    if (name == "frac" || name == "binom") {
      MathTree first = short_argument();
      MathTree second = short_argument();
      return name == "frac" ? fraction(first, second)
                            : named_node(MathOp::call, "binom", {first, second});
    }
    if (name == "sqrt") {
      return root();
    }
    if (name == "pi" || name == "infty") {
      return node(name == "pi" ? MathOp::pi : MathOp::infinity, {});
    }
    if (contains(kGreek, name) || name == "ell" || name == "hbar") {
      return named_node(MathOp::variable, full_name(name));
    }
    if (contains(kAccents, name)) {
      const std::string below = group_text();
      return named_node(MathOp::variable, full_name(name + "(" + below + ")"));
    }
    if (name == "lfloor" || name == "lceil") {
      MathTree inside = sum();
      if (!peek().is_command("r" + name.substr(1))) {
        throw Unreadable();
      }
      ++at_;
      return named_node(MathOp::call, name.substr(1), {inside});
    }
    if (is_function_name(name)) {
      return function(name);
    }
    throw Unreadable();
  }

  MathTree fraction(const MathTree& numerator, const MathTree& denominator) {
    MathNode content;
    content.op = MathOp::divide;
    content.args = {numerator, denominator};
    content.is_fraction = true;
    return node(std::move(content));
  }

  MathTree root() {
    MathTree index = math_number(2);
    if (take_sign("[")) {
      index = sum();
      expect("]");
    }
    MathTree radicand = short_argument();
    return named_node(MathOp::call, "root", {radicand, index});
  }

  // \log_2 8, \sin^2 x, \sin x.
  MathTree function(const std::string& name) {
    MathTree base, exponent;
    if (name == "log" && take_sign("_")) {
      base = short_argument();
    }
    if (take_sign("^")) {
      exponent = script();
    }
    MathTree argument = function_argument();
    MathTree value = base ? named_node(MathOp::call, "logb", {argument, base})
                          : named_node(MathOp::call, name, {argument});
    return exponent ? node(MathOp::power, {value, exponent}) : value;
  }

  // A bracket group, or the product of the atoms that follow without + and -.
  MathTree function_argument() {
    if (peek().is_sign("(") || peek().is_sign("{") || peek().is_sign("[")) {
      return peek().is_sign("[") ? atom() : script();
    }
    MathTree product = power();
    while (peek().kind == Kind::number || peek().kind == Kind::variable ||
           peek().is_command("pi") || peek().is_command("frac") || peek().is_command("sqrt")) {
      product = node(MathOp::multiply, {product, power()});
    }
    return product;
  }

  // Text of the next token or brace group: a subscript, or what stands under an accent.
  std::string group_text() {
    if (at_ >= tokens_.size()) {
      return "";
    }
    const MathToken first = take();
    if (!first.is_sign("{")) {
      return first.text;
    }
    std::string inside;
    while (!peek().is_sign("}")) {
      inside += take().text;
    }
    ++at_;
    return inside;
  }

  // Primes and one subscript belong to a name.
  std::string full_name(std::string name) {
    while (take_sign("'")) {
      name += "'";
    }
    if (take_sign("_")) {
      name += "_" + group_text();
    }
    return name;
  }

  std::vector<MathToken> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
  int atom_depth_ = 0;
  int open_bars_ = 0;
  int64_t num_nodes_ = 0;
};

}  // namespace

std::optional<MathTree> parse_expression(std::string_view text) {
  auto tokens = math_tokens(text);
  if (!tokens) {
    return std::nullopt;
  }
  try {
    return Parser(std::move(*tokens)).whole();
  } catch (const Unreadable&) {
    return std::nullopt;
  }
}

}  // namespace kedge
