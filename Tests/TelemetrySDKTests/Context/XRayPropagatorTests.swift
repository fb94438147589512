import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct XRayPropagatorTests {
  private static let (root, parent) = ("Root=1-12345678-901234567890123456789012", "Parent=1234567890123456")
  private let propagator = XRayPropagator()

  private func extract(_ header: String) -> SpanContext {
    propagator.extract(from: ["x-amzn-trace-id": header], into: TraceContext()).spanContext
  }

  @Test(
    "the header is read, in any order",
    arguments: [
      ("\(root);\(parent);Sampled=1", true), ("\(root);\(parent);Sampled=0", false),
      ("\(parent);Sampled=1;\(root)", true),
      ("\(root);\(parent)", false), ("\(root);\(parent);Sampled=?", false),
      (" \(root) ; \(parent) ; Sampled=1 ", true),
      ("Self=1-67891234-1;\(root);\(parent);Sampled=1;Lineage=a:1|b:2", true),
      (";;\(root);;x;\(parent);Sampled=1;", true),
    ])
  func header(text: String, isSampled: Bool) {
    #expect(extract(text) == .example(flags: isSampled ? .sampled : [], isRemote: true))
  }

  @Test(
    "malformed headers are ignored",
    arguments: [
      "", root, parent, "\(root);Parent=123;Sampled=1", "\(root);Parent=0000000000000000", "Root=1-1-2;\(parent)",
      "Root=2-12345678-901234567890123456789012;\(parent)", "Root=1-00000000-000000000000000000000000;\(parent)",
      "Root=1-123456789-01234567890123456789012;\(parent)", "Root=1-12345678-90123456789012345678901g;\(parent)",
      "Root=1-12345678901234567890123456789012;\(parent)", "root=1;parent=2", "é=é;é",
    ])
  func malformed(text: String) { #expect(extract(text) == .invalid) }

  @Test func theHeaderIsWritten() {
    var headers: [String: String] = [:]
    propagator.inject(TraceContext(), into: &headers)
    #expect(headers.isEmpty)
    propagator.inject(TraceContext(.example()), into: &headers)
    #expect(headers == ["X-Amzn-Trace-Id": "\(Self.root);\(Self.parent);Sampled=1"])
    propagator.inject(TraceContext(.example(flags: [])), into: &headers)
    #expect(headers == ["X-Amzn-Trace-Id": "\(Self.root);\(Self.parent);Sampled=0"])
    #expect(propagator.fields == ["X-Amzn-Trace-Id"])
  }

  @Test func anExistingContextIsKept() {
    let context = TraceContext(.example(), baggage: ["a": "1"])
    let extracted = propagator.extract(from: ["X-Amzn-Trace-Id": Self.root], into: context)
    #expect(extracted.spanContext == .example() && extracted.baggage["a"] == "1")
  }
}
