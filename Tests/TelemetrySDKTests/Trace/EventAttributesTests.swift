import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct EventAttributesTests {
  @Test("events that are made within each other keep their attributes")
  func nested() async throws {
    let pipeline = try Pipeline()
    let (outer, inner) = (pipeline.tracer.startSpan("outer"), pipeline.tracer.startSpan("inner"))
    outer.addEvent("outer") { attributes in
      attributes.set("before", 1)
      inner.addEvent("inner") { $0.set("text", String(repeating: "x", count: 2000)) }
      attributes.set("after", String(repeating: "y", count: 2000))
    }
    for span in [outer, inner] { span.end() }
    let spans = await pipeline.finish(ended: 2)
    #expect(spans[0].events[0].attributes == ["before": 1, "after": .string(String(repeating: "y", count: 2000))])
    #expect(spans[1].events[0].attributes == ["text": .string(String(repeating: "x", count: 2000))])
  }

  @Test("attributes that are exchanged with another event's stop the program, since their memory belongs to the event")
  func exchanged() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let pipeline = try Pipeline()
      let (outer, inner) = (pipeline.tracer.startSpan("outer"), pipeline.tracer.startSpan("inner"))
      outer.addEvent("outer") { first in
        inner.addEvent("inner") { swap(&first, &$0) }
        first.set("dangling", 1)
      }
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("attributes were exchanged"), "\(message)")
  }
}
