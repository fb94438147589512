import TelemetryCore
import TelemetrySDK

typealias Headers = [(name: String, value: String)]

/// A format of propagation, with its propagator and its name at the peer.
enum Format: String, CaseIterable {
  case tracecontext, baggage, b3, b3multi, jaeger, xray, ottrace

  var propagator: any TextMapPropagator {
    switch self {
    case .tracecontext: W3CTraceContextPropagator()
    case .baggage: W3CBaggagePropagator()
    case .b3: B3Propagator()
    case .b3multi: B3Propagator(injectsMultipleHeaders: true)
    case .jaeger: JaegerPropagator()
    case .xray: XRayPropagator()
    case .ottrace: OTTracePropagator()
    }
  }

  /// The part of a context that the format carries, as another process sees it.
  func carried(_ context: TraceContext) -> TraceContext {
    var span = context.spanContext
    span.isRemote = true
    if self != .tracecontext {
      span.flags.formIntersection(.sampled)
      span.traceState = TraceState()
    }
    var baggage = self == .baggage || self == .jaeger ? context.baggage : Baggage()
    if self == .ottrace {
      span.traceID.high = 0
      baggage = Baggage(context.baggage.filter { $0.value.utf8.allSatisfy(\.isPrintableASCII) })
    }
    return TraceContext(self == .baggage ? .invalid : span, baggage: baggage)
  }

  /// The part of a context that Python writes in the format.
  ///
  /// Known differences in `ottrace`: Python takes a span as sampled only without other flags, writes no baggage whose name
  /// has a hyphen, and writes values in Latin-1.
  func carriedByPython(_ context: TraceContext) -> TraceContext {
    var carried = carried(context)
    guard self == .ottrace else { return carried }
    if context.spanContext.flags != .sampled { carried.spanContext.flags = [] }
    carried.baggage = Baggage(
      context.baggage.filter { entry in
        !entry.name.contains("-")
          && entry.value.unicodeScalars.allSatisfy {
            $0 == "\t" || (0x20...0x7E).contains($0.value) || (0x80...0xFF).contains($0.value)
          }
      })
    return carried
  }

  /// True if names of baggage are names of headers, which have no case.
  var namesHeaders: Bool { self == .jaeger || self == .ottrace }

  /// The characters that changed headers get. Without those that Python's `int` takes in numbers: blanks, `_` and signs.
  private var alphabet: String {
    switch self {
    case .tracecontext: "0123456789abcdefgAF-.,= \té@*_/~"
    case .baggage: "ab01,;=% \t\"\\()+é%2é"
    case .b3, .b3multi: "0123456789abcdefgAFd-é."
    case .jaeger: "0123456789abcdefgAF:."
    case .xray: "0123456789abcdefgAF-;=?."
    case .ottrace: "0123456789abcdefgAF. "
    }
  }

  /// Headers of this format, with special values now and then and up to three changes.
  func changedHeaders(_ random: inout SeededRandom) -> Headers {
    var headers: Headers = []
    var context = TraceContext(
      random.spanContext(flags: UInt8(random.below(8))), baggage: random.baggage(hasCase: !namesHeaders))
    if self == .b3 || self == .b3multi { context.isDebug = random.oneIn(4) }
    propagator.inject(context, into: &headers)
    if self == .b3, random.oneIn(4) { Format.b3multi.propagator.inject(context, into: &headers) }
    if self == .b3, random.oneIn(3) { headers[0].value += "-" + SpanID(random.word()).description }
    guard !headers.isEmpty else { return headers }
    if random.oneIn(6) { headers[headers.count - 1].value = random.element(special) }
    for _ in 0..<random.below(4) { change(&headers[random.below(headers.count)].value, &random) }
    if random.oneIn(12) { headers.append(random.element(headers)) }
    if random.oneIn(12) { headers.remove(at: random.below(headers.count)) }
    if !namesHeaders, random.oneIn(8) {
      for index in headers.indices { headers[index].name = headers[index].name.uppercased() }
    }
    return headers
  }

  private func change(_ value: inout String, _ random: inout SeededRandom) {
    var characters = Array(value)
    let place = random.below(characters.count + 1)
    let new = Array(random.text(alphabet, length: 1...2))
    switch random.below(6) {
    case 0: characters.insert(contentsOf: new, at: place)
    case 1 where place < characters.count: characters.remove(at: place)
    case 2 where place < characters.count: characters[place] = new[0]
    case 3: characters.removeLast(random.below(min(3, characters.count) + 1))
    case 4:
      value = random.element(special)
      return
    default: characters += Array(random.element(endings))
    }
    value = String(characters)
  }

  /// Whole values that chance alone wouldn't make.
  private var special: [String] {
    let (trace, span) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
    let zeros = String(repeating: "0", count: 32)
    return switch self {
    case .tracecontext:
      [
        "00-\(trace)-\(span)-ff", "cc-\(trace)-\(span)-01-more", "ff-\(trace)-\(span)-01", "00-\(zeros)-\(span)-01",
        "a=1,b=2,a=3", "0a=1", "a@1b=2", "a=1,,b=2", ",", String(repeating: "k=v,", count: 40),
        (1..<9).map { "k\($0)=" + String(repeating: "v", count: 30 * $0) }.joined(separator: ","),
        "cc-\(trace)-\(span)-01-" + String(repeating: "x", count: 600),
      ]
    case .baggage:
      [
        "a=1;p=2;q,b=3", "a=1 ; p = 2", "a= %20x%20 ", "a=%FF%C3", "a=%", "a%20b=1", "a+b=c+d", "=", "a", "a=b=c", "",
        "a=" + String(repeating: "x", count: 5000) + ",b=2", String(repeating: "key=value,", count: 900),
        (0..<200).map { "k\($0)=v" }.joined(separator: ","),
      ]
    case .b3:
      [
        "0", "1", "d", "\(trace)-\(span)", "\(trace)-\(span)-true", "\(span)-\(span)-1-\(span)",
        "\(trace)-\(span)-1-a-b",
      ]
    case .b3multi: ["1", "0", "true", "True", "d", "", span, trace, zeros]
    case .jaeger:
      [
        "\(trace):\(span):0:2", "\(trace):\(span):0:102", "1:2:0:1", "1:2::1", "00\(trace):00\(span):0:1", "1:2:0",
        zeros,
      ]
    case .ottrace: ["true", "false", "1", "", span, trace, zeros, "0" + trace, "0" + span, "a"]
    case .xray:
      [
        "Root=1-5759e988-bd862e3fe1be46a994272793", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=\(span);Sampled=?",
        "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1;Parent=\(span);Lineage=a87bd80c:1|68fd508a:5|c512fbe3:2",
        "Self=1-67891234-12456789abcdef012345678;Root=1-5759e988-bd862e3fe1be46a994272793;Parent=\(span)",
      ]
    }
  }

  private var endings: [String] {
    switch self {
    case .tracecontext: [",k=v", "-x", " ", "\t", ",", "=", ",k=v "]
    case .baggage: [",n=v", ";p", ";p=1", " ", ",", "%20", "+"]
    case .b3, .b3multi: ["-1", "-d", "-0", "-", "-x"]
    case .jaeger: [":1", ":", "0", "1"]
    case .ottrace: ["0", "f", "A", "true"]
    case .xray: [";Self=1", ";", ";Sampled=1", ";Sampled=?", ";Parent=b7ad6b7169203331", "; Lineage=a:1|b:2"]
    }
  }
}
