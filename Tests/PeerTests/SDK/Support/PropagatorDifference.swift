import TelemetryCore
import TelemetrySDK

/// A place where the SDK for Python and a specification, or two readings of it, differ.
///
/// A difference rewrites the headers into those for which our propagator must answer what Python's answers for the original.
struct PropagatorDifference: Sendable {
  let name: String
  let format: Format
  /// The rule that our side follows, or the reason for its choice.
  let rule: String
  /// The headers as Python's propagator takes them; nil if the difference doesn't concern them.
  var rewrite: @Sendable (Headers) -> Headers? = { _ in nil }
  /// The answer of ours, changed to Python's, where no headers give it.
  var adapt: @Sendable (String, Headers) -> String? = { _, _ in nil }
}

extension [(name: String, value: String)] {
  func values(_ name: String) -> [String] { filter { $0.name.lowercased() == name.lowercased() }.map(\.value) }

  func without(_ names: String...) -> Headers { filter { !names.contains($0.name.lowercased()) } }

  /// The headers with other values for one name; nil if nothing changes.
  func rewriting(_ name: String, _ change: (String) -> String) -> Headers? {
    let changed = map { $0.name.lowercased() == name ? ($0.name, change($0.value)) : $0 } as Headers
    return changed.elementsEqual(self, by: ==) ? nil : changed
  }

  /// The headers with the first of a name alone; nil if there is no other.
  func onlyFirst(_ name: String) -> Headers? {
    guard values(name).count > 1, let first = firstIndex(where: { $0.name.lowercased() == name }) else { return nil }
    return enumerated().filter { $0.offset == first || $0.element.name.lowercased() != name }.map(\.element)
  }
}

extension PropagatorDifference {
  private static func members(_ headers: Headers) -> [Substring] {
    headers.values("tracestate").flatMap { $0.split(separator: ",") }
      .map { Substring($0.trimmed) }.filter { !$0.isEmpty }
  }

  static let all: [PropagatorDifference] = traceContext + baggage + b3 + jaeger + xray + ottrace

  private static let traceContext: [PropagatorDifference] = [
    PropagatorDifference(
      name: "the first of several traceparent headers is taken", format: .tracecontext,
      rule: "a repeated traceparent is malformed (W3C Trace Context, traceparent header)",
      rewrite: { $0.onlyFirst("traceparent") }),
    PropagatorDifference(
      name: "a traceparent of more than 512 characters is ignored", format: .tracecontext,
      rule: "a higher version may be longer (W3C Trace Context, versioning)",
      rewrite: { headers in
        headers.values("traceparent").first.map { $0.count > 512 } == true ? headers.without("traceparent") : nil
      }),
    PropagatorDifference(
      name: "a repeated key empties the state", format: .tracecontext,
      rule: "the first member of a key stays; W3C's own tests accept both",
      rewrite: { headers in
        let keys = members(headers).map { $0.prefix { $0 != "=" } }
        return Set(keys).count < keys.count ? headers.without("tracestate") : nil
      }),
    PropagatorDifference(
      name: "keys of Level 1", format: .tracecontext,
      rule:
        "RULES 4.11.7: in Level 2 a key may begin with a digit, and `@` may stand anywhere behind the first character",
      rewrite: { headers in
        let level1 = /[a-z][_0-9a-z\-*\/]{0,255}|[a-z0-9][_0-9a-z\-*\/]{0,240}@[a-z][_0-9a-z\-*\/]{0,13}/
        let isLevel1 = members(headers).allSatisfy { $0.prefix { $0 != "=" }.wholeMatch(of: level1) != nil }
        return isLevel1 ? nil : headers.without("tracestate")
      }),
    PropagatorDifference(
      name: "flags without a meaning are kept", format: .tracecontext,
      rule: "RULES 4.11.6: other flags than sampled and random are written as 0",
      adapt: { ours, headers in
        guard let parent = headers.values("traceparent").first?.trimmed, !ours.isEmpty else { return nil }
        let flags = parent.dropFirst(53).prefix(2)
        let changed = ours.prefix(50) + flags + ours.dropFirst(52)
        return changed == ours ? nil : String(changed)
      }),
    PropagatorDifference(
      name: "a state of more than 512 characters is kept whole", format: .tracecontext,
      rule: "RULES 4.11.8: whole entries are removed, entries of more than 128 characters first",
      adapt: { ours, headers in
        let state = members(headers).joined(separator: ",")
        guard let start = ours.firstRange(of: "state="), state.utf8.count > 512 else { return nil }
        return ours[..<start.upperBound] + SDKPeer.text(state)
      }),
  ]

  private static let baggage: [PropagatorDifference] = [
    PropagatorDifference(
      name: "the first of several baggage headers is taken", format: .baggage,
      rule: "RULES 4.11.2: all headers of a name are read", rewrite: { $0.onlyFirst("baggage") }),
    PropagatorDifference(
      name: "a header of more than 8192 bytes is ignored", format: .baggage,
      rule: "RULES 4.11.10: the members that fit are taken",
      rewrite: { headers in
        headers.values("baggage").first.map { $0.utf8.count > 8192 } == true ? headers.without("baggage") : nil
      }),
    PropagatorDifference(
      name: "a member of more than 4096 bytes is ignored", format: .baggage,
      rule: "RULES 4.11.10: the limits are of the whole header",
      rewrite: { changingMembers($0) { $0.trimmed.utf8.count <= 4096 } }),
    PropagatorDifference(
      name: "a semicolon needs a property", format: .baggage,
      rule: "a member that ends with a semicolon keeps its value, as the members around it",
      rewrite: { changingMembers($0) { !$0.trimmed.hasSuffix(";") } }),
    PropagatorDifference(
      name: "a member that isn't ASCII doesn't count", format: .baggage,
      rule: "RULES 4.11.10: at most 180 members are read, valid or not",
      rewrite: { changingMembers($0) { $0.allSatisfy(\.isASCII) } }),
    PropagatorDifference(
      name: "a plus sign is a blank", format: .baggage,
      rule: "W3C Baggage, value: percent-encoding is the only encoding",
      rewrite: { $0.rewriting("baggage") { $0.replacing("+", with: "%20") } }),
    PropagatorDifference(
      name: "names are percent-decoded", format: .baggage, rule: "W3C Baggage, key: a name is a token as it stands",
      adapt: { ours, _ in
        let entries = ours.split(separator: " ").map { entry in
          let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
          let name = PercentEncoding.text(PercentEncoding.text(parts[0])[...])
          return "\(SDKPeer.text(name.trimmed))=\(parts[1])"
        }
        let changed = entries.joined(separator: " ")
        return changed == ours ? nil : changed
      }),
    PropagatorDifference(
      name: "white space around a value is removed after decoding", format: .baggage,
      rule: "an encoded blank belongs to the value", adapt: { ours, _ in trimmingValues(ours) }),
    PropagatorDifference(
      name: "properties are a part of the value", format: .baggage, rule: "W3C Baggage, properties",
      // The peer's answer is cut at the semicolon too.
      adapt: { ours, headers in headers.values("baggage").joined().contains(/;|%3[Bb]/) ? ours : nil }),
  ]

  private static func changingMembers(_ headers: Headers, _ isKept: (Substring) -> Bool) -> Headers? {
    headers.rewriting("baggage") { header in
      header.split(separator: ",", omittingEmptySubsequences: false).filter(isKept).joined(separator: ",")
    }
  }

  static func trimmingValues(_ ours: String) -> String? {
    let entries = ours.split(separator: " ").map { entry -> String in
      guard let equals = entry.firstIndex(of: "=") else { return String(entry) }
      let value = PercentEncoding.text(entry[entry.index(after: equals)...])
      return entry[...equals] + SDKPeer.text(value.trimmingWhiteSpace)
    }
    let changed = entries.joined(separator: " ")
    return changed == ours ? nil : changed
  }
}

extension StringProtocol {
  /// Without blanks and tabs around.
  var trimmed: String {
    var rest = Substring(self)
    while let last = rest.unicodeScalars.last, last == " " || last == "\t" { rest.unicodeScalars.removeLast() }
    return String(Substring(rest.unicodeScalars.drop { $0 == " " || $0 == "\t" }))
  }

  /// Without what Python's `strip` removes.
  var trimmingWhiteSpace: String {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isWhitespace || ("\u{1C}"..."\u{1F}").contains(scalar)
    }
    var rest = Substring(self)
    while let last = rest.unicodeScalars.last, isSpace(last) { rest.unicodeScalars.removeLast() }
    return String(Substring(rest.unicodeScalars.drop(while: isSpace)))
  }
}
