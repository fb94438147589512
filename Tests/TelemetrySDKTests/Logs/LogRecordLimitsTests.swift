import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct LogRecordLimitsTests {
  private func limits(_ environment: [String: String], _ log: DiagnosticLog = .init()) -> LogRecordLimits {
    var limits = LogRecordLimits()
    limits.apply(environment: environment, diagnostics: log.diagnostics)
    return limits
  }

  @Test func defaultsAreTheSpecifications() throws {
    let limits = LogRecordLimits()
    try limits.validate()
    #expect(limits.attributeCountLimit == 128 && limits.attributeValueLengthLimit == nil)
    #expect(limits.attributeValueDepthLimit == 64 && self.limits([:]) == limits)
  }

  @Test("a record's variable wins over the general one, and code over both (4.5.5)")
  func order() {
    let general = ["OTEL_ATTRIBUTE_COUNT_LIMIT": "10", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "20"]
    let own = ["OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT": "3", "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT": "0"]
    #expect(limits(general).attributeCountLimit == 10 && limits(general).attributeValueLengthLimit == 20)
    let both = limits(general.merging(own) { $1 })
    #expect(both.attributeCountLimit == 3 && both.attributeValueLengthLimit == 0)
    var code = LogRecordLimits()
    code.attributeCountLimit = 7
    code.attributeValueLengthLimit = nil
    code.apply(environment: own)
    #expect(code.attributeCountLimit == 7 && code.attributeValueLengthLimit == nil)
    #expect(limits(["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "1"]) == LogRecordLimits())
  }

  @Test("a value that can't be used is named and ignored (2.6.3)", arguments: ["-1", "x", "1.5", "99999999999"])
  func bad(value: String) {
    for name in ["OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT"] {
      let log = DiagnosticLog()
      #expect(limits([name: value], log) == LogRecordLimits())
      #expect(log.all.count == 1 && log.all[0].description.contains(name) && log.all[0].description.contains(value))
    }
  }

  @Test func limitsOutOfRangeAreRefused() {
    let changes: [(String, (inout LogRecordLimits) -> Void)] = [
      ("attributeCountLimit", { $0.attributeCountLimit = -1 }),
      ("attributeValueLengthLimit", { $0.attributeValueLengthLimit = -1 }),
      ("attributeValueDepthLimit", { $0.attributeValueDepthLimit = 0 }),
    ]
    for (option, change) in changes {
      let error = #expect(throws: ConfigurationError.self) { try LoggerProvider(limits: change) }
      #expect(error?.option == option)
    }
  }

  @Test("both ways to give attributes keep to the limits, and count what is left out", arguments: [false, true])
  func applied(byClosure: Bool) throws {
    let processor = CollectingLogRecordProcessor()
    let log = DiagnosticLog()
    let logger = try LoggerProvider(
      processor,
      limits: {
        $0.attributeCountLimit = 3
        $0.attributeValueLengthLimit = 2
        $0.attributeValueDepthLimit = 1
      }, diagnostics: log.diagnostics
    ).logger("scope")
    let given: Attributes = [
      "": "ignored", "text": "äöü", "bytes": .bytes([1, 2, 3]), "nested": ["abc", .array(["x"])], "more": 1, "last": 2,
    ]
    func emit(_ given: Attributes) {
      guard byClosure else { return logger.emit(.info, "a long body", attributes: given) }
      logger.emit(.info, "a long body") { attributes in
        for attribute in given { attributes.set(attribute.key, attribute.value) }
      }
    }
    emit(given)
    emit(given)
    emit(["one": 1])
    let kept: Attributes = ["text": "äö", "bytes": .bytes([1, 2]), "nested": ["ab", .empty]]
    #expect(processor.records.map(\.attributes) == [kept, kept, ["one": 1]])
    #expect(processor.records.map(\.droppedAttributesCount) == [2, 2, 0])
    #expect(processor.records.allSatisfy { $0.body == "a long body" })
    // One message, whatever the number of records (4.5.6).
    #expect(log.all.count == 1 && log.all[0].description.contains("attributeCountLimit=3"))
  }

  @Test("a closure replaces an earlier value of the same key, also at the limit (4.5.4)")
  func replacing() throws {
    let processor = CollectingLogRecordProcessor()
    let logger = try LoggerProvider(processor, limits: { $0.attributeCountLimit = 2 }).logger("scope")
    logger.emit(.info, "body") { attributes in
      attributes.set("a", 1)
      attributes.set("b", "first")
      attributes.set("b", "a text of another length")
      attributes.set("c", true)
      attributes.set("a", 0.5)
    }
    #expect(processor.records[0].attributes == ["a": 0.5, "b": "a text of another length"])
    #expect(processor.records[0].droppedAttributesCount == 1)
  }
}
