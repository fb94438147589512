import TelemetrySDK

/// The formats of Zipkin, Jaeger and AWS.
extension PropagatorDifference {
  static let b3: [PropagatorDifference] =
    [.b3, .b3multi].flatMap { format -> [PropagatorDifference] in
      [
        PropagatorDifference(
          name: "an unknown sampling state means not sampled", format: format,
          rule: "B3 propagation, sampling state: a header with another state is malformed",
          rewrite: { headers in
            format == .b3
              ? headers.rewriting("b3") { header in
                var parts = header.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
                if (3...4).contains(parts.count) { parts[2] = state(parts[2]) }
                return parts.joined(separator: "-")
              } : headers.rewriting("x-b3-sampled") { state($0) }
          })
      ]
    } + [
      PropagatorDifference(
        name: "a deferred decision means sampled", format: .b3,
        rule: "a span without a decision isn't sampled, as in the SDKs for Java and JavaScript",
        rewrite: { headers in
          headers.rewriting("b3") { header in
            header.split(separator: "-", omittingEmptySubsequences: false).count == 2 ? header + "-1" : header
          }
        }),
      PropagatorDifference(
        name: "a malformed single header hides the others", format: .b3,
        rule: "RULES 4.11.11: the others are read if the single header gives no context",
        rewrite: { headers in
          guard headers.values("b3").first.map({ !$0.isEmpty }) == true,
            headers.contains(where: { $0.name.lowercased() != "b3" })
          else { return nil }
          return headers.filter { $0.name.lowercased() == "b3" }
        }),
    ]

  private static func state(_ text: String) -> String {
    switch text {
    case "0", "1", "true", "false", "d": text
    case "True": "1"
    default: "0"
    }
  }

  static let jaeger: [PropagatorDifference] = [
    PropagatorDifference(
      name: "flags may have any number of digits", format: .jaeger,
      rule: "Jaeger, trace header: the flags are one byte",
      rewrite: { changingParts($0) { if $0[3].utf8.count > 2 { $0[3] = flags($0[3]) } } }),
    PropagatorDifference(
      name: "an id may have any number of zeros in front", format: .jaeger,
      rule: "a trace id has at most 32 digits, a span id 16",
      rewrite: { headers in
        changingParts(headers) { parts in
          for place in [0, 1] { parts[place] = String(parts[place].drop { $0 == "0" }) }
        }
      }),
    PropagatorDifference(
      name: "baggage without a span is ignored", format: .jaeger,
      rule: "baggage travels without a span too (RULES 4.11.10)",
      rewrite: { headers in
        headers.values("uber-trace-id").isEmpty && !headers.isEmpty ? [] : nil
      }),
    PropagatorDifference(
      name: "white space around a value is removed after decoding", format: .jaeger,
      rule: "an encoded blank belongs to the value", adapt: { ours, _ in trimmingValues(ours) }),
  ]

  private static func changingParts(_ headers: Headers, _ change: (inout [String]) -> Void) -> Headers? {
    headers.rewriting("uber-trace-id") { header in
      var parts = header.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 4 else { return header }
      change(&parts)
      return parts.joined(separator: ":")
    }
  }

  /// The flags that Python reads: the lowest bit of any number.
  private static func flags(_ text: String) -> String {
    guard let last = text.last?.hexDigitValue, text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return text }
    return "\(last & 1)"
  }

  static let xray: [PropagatorDifference] = [
    PropagatorDifference(
      name: "a part that isn't understood refuses the header", format: .xray,
      rule: "AWS, tracing header: services add parts, and `Sampled=?` asks for a decision",
      rewrite: { headers in
        headers.values("x-amzn-trace-id").contains { !isTaken($0) } ? [] : nil
      }),
    PropagatorDifference(
      name: "a repeated header is ignored", format: .xray, rule: "the first header of a name counts (RULES 4.11.2)",
      rewrite: { $0.values("x-amzn-trace-id").count > 1 ? [] : nil }),
  ]

  private static func isTaken(_ header: String) -> Bool {
    header.split(separator: ";", omittingEmptySubsequences: false).allSatisfy { part in
      let pair = part.split(separator: "=", omittingEmptySubsequences: false).map(\.trimmed)
      guard pair.count == 2 else { return false }
      return switch pair[0] {
      case "Root": pair[1].wholeMatch(of: /1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}/) != nil
      case "Parent": pair[1].wholeMatch(of: /[0-9a-fA-F]{16}/) != nil
      case "Sampled": pair[1] == "0" || pair[1] == "1"
      default: true
      }
    }
  }

  static let ottrace: [PropagatorDifference] = [
    PropagatorDifference(
      name: "ids have lower-case digits", format: .ottrace, rule: "digits of either case are read, as in B3",
      rewrite: { headers in
        let ids = headers.values("ot-tracer-traceid") + headers.values("ot-tracer-spanid")
        return ids.contains { $0.contains(where: \.isUppercase) } ? headers.without("ot-tracer-traceid") : nil
      }),
    PropagatorDifference(
      name: "baggage without a span is ignored", format: .ottrace,
      rule: "baggage travels without a span too (RULES 4.11.10)",
      rewrite: { headers in
        Format.ottrace.propagator.extract(from: headers, into: TraceContext()).spanContext.isValid ? nil : []
      }),
  ]
}
