import TelemetryCore
import TelemetrySDK

/// Random contexts and parts of them.
extension SeededRandom {
  /// A number from 0 up to `bound`.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func element<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// An id's part, now and then one with many zeros.
  mutating func word() -> UInt64 { max(1, next() >> UInt64(oneIn(5) ? below(64) : 0)) }

  mutating func text(_ alphabet: String, length: ClosedRange<Int>) -> String {
    let characters = Array(alphabet)
    return String((0..<(length.lowerBound + below(length.count))).map { _ in element(characters) })
  }

  mutating func spanContext(flags: UInt8? = nil, hasState: Bool = true) -> SpanContext {
    SpanContext(
      traceID: TraceID(high: oneIn(4) ? 0 : word(), low: word()), spanID: SpanID(word()),
      flags: TraceFlags(rawValue: flags ?? UInt8(below(4))),
      traceState: hasState && oneIn(2) ? traceState() : TraceState(), isRemote: oneIn(2))
  }

  /// A trace state whose keys also satisfy Level 1 of the specification.
  mutating func traceState() -> TraceState {
    let keys = "abcxyz0189_-*/"
    var state = TraceState()
    for _ in 0..<(1 + below(5)) {
      let key =
        oneIn(3)
        ? text("a0", length: 1...1) + text(keys, length: 0...9) + "@" + text("az", length: 1...1)
          + text(keys, length: 0...5)
        : text("az", length: 1...1) + text(keys, length: 0...9)
      state.set(text(" !\"#$%&'()*+-./:;<>?@[]^_`{|}~aA0", length: 0...20) + "v", for: key)
    }
    return state
  }

  /// Baggage with any text as values, but none that begins or ends with white space.
  /// - Parameter hasCase: False for names without upper-case letters, for a format in which they are headers' names.
  mutating func baggage(hasCase: Bool = true) -> Baggage {
    var baggage = Baggage()
    for _ in 0..<below(6) {
      let name = text("abc019!#$&'*-.^_`|~" + (hasCase ? "ABC" : ""), length: 1...12)
      baggage[name] = "v" + text("aZ0 ,;=%\"\\+é漢😀\t/:", length: 0...20) + "v"
    }
    return baggage
  }
}
