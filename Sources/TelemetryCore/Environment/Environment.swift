/// Reads environment variables by the rules for their values (RULES 2.6).
///
/// White space and line breaks at the ends of a value don't count, and an empty value is unset. A value that isn't allowed
/// counts as unset, and a warning shows the value by the rules of ``Redaction``. Of several names the first with an
/// allowed value wins.
package struct Environment: Sendable {
  /// A value and the variable that holds the value.
  package typealias Found<Value> = (variable: String, value: Value)

  package let variables: [String: String]
  private let diagnostics: Diagnostics

  package init(_ variables: [String: String], diagnostics: Diagnostics = .silent) {
    self.variables = variables
    self.diagnostics = diagnostics
  }

  /// The variables that are set, in the order of `names`.
  package func strings(_ names: [String]) -> [Found<String>] {
    names.compactMap { name in
      guard let text = variables[name]?.trimmed, !text.isEmpty else { return nil }
      return (name, String(text))
    }
  }

  /// The first variable that is set.
  package func string(_ names: [String]) -> Found<String>? { strings(names).first }

  /// The first value that `parse` accepts. `parse` gets the text in lower case (2.6.3, 2.6.7).
  package func value<Value>(_ names: [String], allowed: String, _ parse: (String) -> Value?) -> Found<Value>? {
    for (variable, text) in strings(names) {
      if let value = parse(text.lowercased()) { return (variable, value) }
      ignored(variable, text, allowed: allowed)
    }
    return nil
  }

  /// True for `true`, false for any other value; a value other than `true` and `false` gets a warning (2.6.2).
  package func boolean(_ names: [String]) -> Found<Bool>? {
    guard let (variable, text) = string(names) else { return nil }
    let value = text.lowercased()
    if value != "true", value != "false" { ignored(variable, text, allowed: "true or false") }
    return (variable, value == "true")
  }

  /// A whole number of digits alone.
  package func integer(_ names: [String], in range: ClosedRange<Int>) -> Found<Int>? {
    value(names, allowed: "\(range.lowerBound) to \(range.upperBound)") { text in
      Int(decimal: text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// The whole number of one variable.
  package func integer(_ name: String, in range: ClosedRange<Int>) -> Int? { integer([name], in: range)?.value }

  /// A timeout in whole milliseconds; 0 means no limit and is returned as 0 (2.6.5, 2.6.6).
  package func timeout(_ names: [String]) -> Found<Duration>? {
    value(names, allowed: "whole milliseconds from 0, which means no limit") { text in
      Int(decimal: text).map { .milliseconds($0) }
    }
  }

  /// The entries of a list with commas or white space between them.
  package static func entries(_ text: String) -> [String] {
    text.split { $0 == "," || $0.isWhitespace }.map(String.init)
  }

  /// Warns that a value is ignored.
  package func ignored(_ variable: String, _ text: String, allowed: String) {
    warn(variable, [("value", "'\(Redaction.shown(text))'"), ("allowed", allowed)])
  }

  /// Warns that a word of a list is ignored. If the list may be a secret, the warning shows the word's length.
  package func ignored(_ variable: String, word: String, of list: String, allowed: String) {
    ignored(variable, Redaction.mayBeSecret(list) ? Redaction.length(of: word) : word, allowed: allowed)
  }

  /// Warns that an entry of a list is ignored. The warning names the position, since the text may be a secret.
  package func ignored(_ variable: String, entry: Int, name: String?, allowed: String) {
    warn(
      variable, [("entry", "\(entry)")] + (name.map { [("name", Redaction.shown($0))] } ?? []) + [("allowed", allowed)])
  }

  private func warn(_ variable: String, _ fields: [(name: String, value: String)]) {
    diagnostics.emit(.warning, "an environment variable is ignored", [("variable", variable)] + fields)
  }
}
