import OTLPWire
import TelemetryCore
import TelemetrySDK
import TestSupport
import Testing

extension PeerTests {
  /// Our propagators beside those of the SDK for Python.
  @Suite(.enabled(if: Peers.hasPython, "Tests/run makes .venv"))
  struct PropagatorComparisonTests {
    private static let contexts = 700
    private static let changes = 1800

    @Test("what one side injects, the other extracts", arguments: Format.allCases)
    func injection(format: Format) async throws {
      let propagator = format.propagator
      let contexts = (0..<Self.contexts).map { seed in
        var random = SeededRandom(seed: UInt64(seed))
        return TraceContext(random.spanContext(), baggage: random.baggage(hasCase: !format.namesHeaders))
      }
      let cases = contexts.flatMap { context in
        var headers: Headers = []
        propagator.inject(context, into: &headers)
        return [
          JSONWriter.object { writer in
            writer.field("format", format.rawValue)
            writer.object("context") { context.write(into: &$0) }
          }, Self.extraction(format, headers),
        ]
      }
      let answers = try await SDKPeer.answers("propagators", to: cases)
      for (seed, context) in contexts.enumerated() {
        let expected = format.carried(context).described
        #expect(answers[2 * seed + 1] == expected, "seed \(seed): ours to theirs")
        let theirs = Self.headers(answers[2 * seed], format)
        let found = propagator.extract(from: theirs, into: TraceContext()).described
        #expect(found == format.carriedByPython(context).described, "seed \(seed): theirs to ours")
      }
    }

    @Test("changed headers give the same context, but for the known differences", arguments: Format.allCases)
    func extraction(format: Format) async throws {
      let all = (0..<Self.changes).map { seed in
        var random = SeededRandom(seed: UInt64(seed))
        return format.changedHeaders(&random)
      }
      let answers = try await SDKPeer.answers("propagators", to: all.map { Self.extraction(format, $0) })
      let differences = PropagatorDifference.all.filter { $0.format == format }
      var met: Set<String> = []
      var valid = 0
      for (seed, headers) in all.enumerated() {
        let ours = format.propagator.extract(from: headers, into: TraceContext()).described
        if !ours.isEmpty { valid += 1 }
        if ours == answers[seed] { continue }
        let (adapted, names) = Self.adapted(headers, format, differences)
        let (mine, theirs) = (Self.comparable(adapted, names), Self.comparable(String(answers[seed]), names))
        #expect(mine == theirs, "seed \(seed): \(headers)")
        met.formUnion(names)
      }
      // Both sides must understand a fair part, and each difference on the list must still be there.
      #expect(valid > Self.changes / 4)
      #expect(met == Set(differences.map(\.name)))
    }

    private static func extraction(_ format: Format, _ headers: Headers) -> String {
      JSONWriter.object { writer in
        writer.field("format", format.rawValue)
        writer.array("headers", headers) { writer, header in
          writer.object {
            $0.field("name", header.name)
            $0.field("value", header.value)
          }
        }
      }
    }

    /// The headers that Python wrote.
    ///
    /// Known difference: in baggage Python writes a blank as a plus sign, and percent-encodes names, which the W3C doesn't
    /// provide (W3C Baggage, key and value).
    private static func headers(_ answer: Substring, _ format: Format) -> Headers {
      answer.split(separator: " ").map { pair in
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = PercentEncoding.text(parts[1])
        guard format == .baggage else { return (PercentEncoding.text(parts[0]), value) }
        let members = value.split(separator: ",").map { member in
          let parts = member.split(separator: "=", maxSplits: 1)
          return "\(PercentEncoding.text(parts[0]))=\(parts[1].replacing("+", with: "%20"))"
        }
        return ("baggage", members.joined(separator: ","))
      }
    }

    /// Our answer after all differences that concern the headers.
    private static func adapted(
      _ headers: Headers, _ format: Format, _ differences: [PropagatorDifference]
    ) -> (answer: String, names: Set<String>) {
      var (rewritten, names) = (headers, Set<String>())
      for difference in differences {
        guard let next = difference.rewrite(rewritten) else { continue }
        rewritten = next
        names.insert(difference.name)
      }
      var answer = format.propagator.extract(from: rewritten, into: TraceContext()).described
      for difference in differences {
        guard let next = difference.adapt(answer, rewritten) else { continue }
        answer = next
        names.insert(difference.name)
      }
      return (answer, names)
    }

    /// The entries of an answer in an order of ours, without what follows a semicolon in baggage if the two sides differ
    /// about properties.
    private static func comparable(_ answer: String, _ names: Set<String>) -> String {
      var entries = answer.split(separator: " ")
      if names.contains("properties are a part of the value") {
        entries = entries.map { entry in entry.firstRange(of: "%3B").map { entry[..<$0.lowerBound] } ?? entry }
      }
      let sorted: String = entries.sorted().joined(separator: " ")
      return PropagatorDifference.trimmingValues(sorted) ?? sorted
    }
  }
}
