#if OpenTelemetrySwift
  import Foundation
  import OpenTelemetryApi
  import OpenTelemetrySdk
  import TelemetryCore
  import TelemetrySDK
  import TestThreads
  import Testing

  @testable import TelemetryOpenTelemetry

  @Suite(.ownThreads) struct SpanConverterTests {
    private let converter = SpanConverter()

    private func span() -> OpenTelemetrySdk.SpanData {
      var span = OpenTelemetrySdk.SpanData.example()
      span.settingTraceId(TraceId(idHi: 1, idLo: 2))
      span.settingSpanId(SpanId(id: 3))
      span.settingTraceFlags(TraceFlags())
      return span
    }

    private func converted(_ change: (inout OpenTelemetrySdk.SpanData) -> Void) -> TelemetrySDK.SpanData {
      var span = span()
      change(&span)
      return converter.convert(span)
    }

    @Test func idsNameAndTimesAreTheSame() {
      let data = converted { span in
        span.settingParentSpanId(SpanId(id: 4))
        span.settingTraceState(TraceState(entries: [.init(key: "a", value: "1")!, .init(key: "b", value: "2")!])!)
      }
      #expect(data.traceID == TraceID(high: 1, low: 2) && data.spanID == SpanID(3) && data.parentSpanID == SpanID(4))
      #expect(data.name == "n" && data.traceState == "a=1,b=2")
      #expect(data.startTimeUnixNano == 978_307_200_000_000_000 && data.endTimeUnixNano == 978_307_201_000_000_000)
      #expect(converter.convert(span()).parentSpanID == .invalid && converter.convert(span()).traceState.isEmpty)
    }

    @Test func kindsAndStatusAreByCase() {
      let kinds: [(OpenTelemetryApi.SpanKind, TelemetrySDK.SpanData.Kind)] = [
        (.internal, .internal), (.server, .server), (.client, .client), (.producer, .producer), (.consumer, .consumer),
      ]
      for (theirs, ours) in kinds { #expect(converted { $0.settingKind(theirs) }.kind == ours) }
      let status: [(OpenTelemetryApi.Status, TelemetrySDK.SpanData.Status)] = [
        (.ok, .ok), (.unset, .unset), (.error(description: "d"), .error("d")),
      ]
      for (theirs, ours) in status { #expect(converted { $0.settingStatus(theirs) }.status == ours) }
    }

    @Test("flags hold the trace flags and the parent's remoteness")
    func flags() {
      #expect(converted { $0.settingTraceFlags(TraceFlags(fromByte: 3)) }.flags == 0x103)
      #expect(converted { $0.settingHasRemoteParent(true) }.flags == 0x300)
    }

    @Test func everyKindOfAttributeIsConverted() {
      let values: [(OpenTelemetryApi.AttributeValue, TelemetrySDK.AttributeValue)] = [
        (.string("s"), "s"), (.bool(true), true), (.int(-5), -5), (.double(0.5), 0.5),
        (
          .array(AttributeArray(values: [.int(1), .string("a"), .array(AttributeArray(values: [.bool(false)]))])),
          [1, "a", [false]]
        ),
        (.set(AttributeSet(labels: ["k": .int(1)])), .map(["k": 1])),
      ]
      for (theirs, ours) in values {
        #expect(converted { $0.settingAttributes(["k": theirs]) }.attributes == ["k": ours])
      }
    }

    @available(*, deprecated, message: "uses deprecated cases")
    @Test func deprecatedArraysAreConverted() {
      let values: [(OpenTelemetryApi.AttributeValue, TelemetrySDK.AttributeValue)] = [
        (.stringArray(["a", "b"]), ["a", "b"]), (.boolArray([true]), [true]), (.intArray([1, 2]), [1, 2]),
        (.doubleArray([0.5]), [0.5]), (.intArray([]), .array([])),
      ]
      for (theirs, ours) in values {
        #expect(converted { $0.settingAttributes(["k": theirs]) }.attributes == ["k": ours])
      }
    }

    @Test func eventsAndLinksAreConvertedAndTheDroppedOnesCounted() throws {
      let context = OpenTelemetryApi.SpanContext.createFromRemoteParent(
        traceId: TraceId(idHi: 5, idLo: 6), spanId: SpanId(id: 7), traceFlags: TraceFlags(fromByte: 1),
        traceState: TraceState(entries: [.init(key: "k", value: "v")!])!)
      let data = converted { span in
        span.settingEvents([
          .init(name: "e", timestamp: Date(timeIntervalSinceReferenceDate: 0.5), attributes: ["a": .int(1)])
        ])
        span.settingTotalRecordedEvents(4)
        span.settingLinks([.init(context: context, attributes: ["b": .bool(true)])])
        span.settingTotalRecordedLinks(3)
        span.settingAttributes(["c": .int(1)])
        span.settingTotalAttributeCount(2)
      }
      #expect(
        data.events == [
          .init(name: "e", timeUnixNano: 978_307_200_500_000_000, attributes: ["a": 1])
        ])
      let link = try #require(data.links.first)
      #expect(link.traceID == TraceID(high: 5, low: 6) && link.spanID == SpanID(7) && link.traceState == "k=v")
      #expect(link.flags == 0x301 && link.attributes == ["b": true])
      #expect((data.droppedEventsCount, data.droppedLinksCount, data.droppedAttributesCount) == (3, 2, 1))
      // Spans that are made by hand have no totals.
      #expect(converted { $0.settingAttributes(["c": .int(1)]) }.droppedAttributesCount == 0)
    }

    @Test func equalResourcesAndScopesAreOneObject() {
      func resource(_ name: String) -> OpenTelemetrySdk.Resource {
        OpenTelemetrySdk.Resource(attributes: ["service.name": .string(name)])
      }
      let first = converted { $0.settingResource(resource("a")) }
      let second = converted { $0.settingResource(resource("a")) }
      let third = converted { $0.settingResource(resource("b")) }
      #expect(first.resource.storage === second.resource.storage && first.resource.storage !== third.resource.storage)
      #expect(third.resource.attributes == ["service.name": "b"])
      #expect(first.scope.storage === second.scope.storage)
    }
  }
#endif
