import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct TextMapTests {
  @Test func dictionariesAreSearchedInAnyCase() {
    let map = DictionaryTextMap()
    var headers = ["B3": "1", "c": "2"]
    #expect(map.value(of: "b3", in: headers) == "1" && map.value(of: "c", in: headers) == "2")
    #expect(map.value(of: "d", in: headers) == nil && map.values(of: "b3", in: headers) == ["1"])
    #expect(map.values(of: "d", in: headers).isEmpty && map.keys(in: headers).sorted() == ["B3", "c"])
    map.set("3", for: "c", in: &headers)
    #expect(headers == ["B3": "1", "c": "3"])
    headers["C"] = "4"
    map.set("5", for: "b3", in: &headers)
    map.set("6", for: "c", in: &headers)
    #expect(headers == ["b3": "5", "c": "6"], "a name in another case would be a second header")
  }

  @Test func pairsKeepOrderAndRepeatedNames() {
    let map = PairsTextMap()
    var headers = [(name: "Baggage", value: "a=1"), (name: "x", value: "1"), (name: "baggage", value: "b=2")]
    #expect(map.values(of: "BAGGAGE", in: headers) == ["a=1", "b=2"] && map.value(of: "baggage", in: headers) == "a=1")
    #expect(map.keys(in: headers) == ["Baggage", "x", "baggage"] && map.values(of: "y", in: headers).isEmpty)
    map.set("c=3", for: "baggage", in: &headers)
    #expect(headers.map(\.name) == ["x", "baggage"] && headers[1].value == "c=3")
    W3CTraceContextPropagator().inject(TraceContext(.example()), into: &headers)
    #expect(headers.map(\.name) == ["x", "baggage", "traceparent"])
  }

  @Test("environment variables have names in upper case")
  func environment() {
    let map = EnvironmentTextMap()
    var variables = ["PATH": "/bin"]
    let context = TraceContext(.example(traceState: TraceState("a=1")!), baggage: ["b": "2"])
    CompositePropagator.standard.inject(context, into: &variables, using: map)
    #expect(variables.keys.sorted() == ["BAGGAGE", "PATH", "TRACEPARENT", "TRACESTATE"])
    let extracted = CompositePropagator.standard.extract(from: variables, into: TraceContext(), using: map)
    #expect(extracted.spanContext == .example(traceState: TraceState("a=1")!, isRemote: true))
    #expect(extracted.baggage == ["b": "2"] && map.keys(in: ["A": ""]) == ["A"])
    map.set("1", for: "x-b3-traceid", in: &variables)
    map.set("2", for: "3é", in: &variables)
    #expect(variables["X_B3_TRACEID"] == "1" && variables["_3_"] == "2")
  }

  /// A carrier as NIO's `HTTPHeaders` is.
  private struct Headers { var fields: [String: [String]] = [:] }

  private struct HeadersTextMap: TextMapGetter, TextMapSetter {
    func keys(in carrier: Headers) -> [String] { Array(carrier.fields.keys) }
    func value(of key: String, in carrier: Headers) -> String? { carrier.fields[key.lowercased()]?.first }
    func values(of key: String, in carrier: Headers) -> [String] { carrier.fields[key.lowercased()] ?? [] }
    func set(_ value: String, for key: String, in carrier: inout Headers) { carrier.fields[key.lowercased()] = [value] }
  }

  @Test func aUsersOwnCarrierWorks() {
    var headers = Headers()
    headers.fields["tracestate"] = ["old=1", "old2=2"]
    let context = TraceContext(.example(traceState: TraceState("a=1")!))
    CompositePropagator.standard.inject(context, into: &headers, using: HeadersTextMap())
    let extracted = CompositePropagator.standard.extract(from: headers, into: TraceContext(), using: HeadersTextMap())
    #expect(extracted.spanContext == .example(traceState: TraceState("a=1")!, isRemote: true))
  }
}
