import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct TraceContextTests {
  @Test func theEmptyContextHasNothing() {
    let context = TraceContext()
    #expect(context.spanContext == .invalid && context.baggage.isEmpty && !context.isRecordingSuppressed)
    #expect(!context.isDebug && context.storage == nil && TraceContext.current.storage == nil)
  }

  @Test func changesKeepTheOtherPartsAndLeaveCopiesAlone() {
    var context = TraceContext(.example(), baggage: ["user": "1"])
    let copy = context
    context.isRecordingSuppressed = true
    context.isDebug = true
    context.baggage["user"] = nil
    #expect(context.spanContext == .example() && context.baggage.isEmpty)
    #expect(context.isRecordingSuppressed && context.isDebug)
    context.spanContext = .invalid
    #expect(context.isRecordingSuppressed && context.isDebug && !context.spanContext.isValid)
    #expect(copy.baggage["user"] == "1" && !copy.isDebug && copy.spanContext.isValid)
  }

  @Test func theCurrentContextIsBoundForTheBodyAlone() throws {
    struct Failure: Error {}
    let context = TraceContext(.example())
    let number = context.makeCurrent {
      #expect(TraceContext.current.spanContext == .example())
      TraceContext().makeCurrent { #expect(!TraceContext.current.spanContext.isValid) }
      return TraceContext.current.spanContext == .example() ? 1 : 0
    }
    #expect(number == 1 && !TraceContext.current.spanContext.isValid)
    #expect(throws: Failure.self) { try context.makeCurrent { throw Failure() } }
    #expect(!TraceContext.current.spanContext.isValid)
  }

  @Test func childTasksInheritTheContextAndDetachedOnesDoNot() async {
    await TraceContext(.example()).makeCurrent {
      await Task.yield()
      async let child = TraceContext.current.spanContext
      #expect(await child == .example())
      #expect(await Task { TraceContext.current.spanContext }.value == .example())
      #expect(await Task.detached { TraceContext.current.spanContext }.value == .invalid)
    }
  }

  @Test func recordingIsSuppressedForTheBodyAlone() async {
    await TraceContext(.example(), baggage: ["a": "b"]).makeCurrent {
      await TraceContext.withRecordingSuppressed {
        await Task.yield()
        #expect(TraceContext.current.isRecordingSuppressed && TraceContext.current.baggage["a"] == "b")
        TraceContext.withRecordingSuppressed { #expect(TraceContext.current.isRecordingSuppressed) }
        #expect(TraceContext.current.spanContext == .example())
      }
      #expect(!TraceContext.current.isRecordingSuppressed)
    }
    TraceContext.withRecordingSuppressed { #expect(TraceContext.current.isRecordingSuppressed) }
  }
}
