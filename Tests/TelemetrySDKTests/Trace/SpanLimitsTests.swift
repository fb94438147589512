import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct SpanLimitsTests {
  private func limits(_ environment: [String: String], _ warnings: CollectedWarnings = .init()) -> SpanLimits {
    var limits = SpanLimits()
    limits.apply(environment: environment, diagnostics: warnings.diagnostics)
    return limits
  }

  @Test func defaultsAreTheSpecifications() throws {
    let limits = SpanLimits()
    try limits.validate()
    #expect(limits.attributeCountLimit == 128 && limits.attributeValueLengthLimit == nil)
    #expect(limits.eventCountLimit == 128 && limits.linkCountLimit == 128 && limits.attributeValueDepthLimit == 64)
    #expect(limits.attributePerEventCountLimit == 128 && limits.attributePerLinkCountLimit == 128)
    #expect(self.limits([:]) == limits)
  }

  @Test func eachVariableSetsItsLimit() {
    let limits = limits([
      "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "1", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT": "2",
      "OTEL_SPAN_EVENT_COUNT_LIMIT": "3", "OTEL_SPAN_LINK_COUNT_LIMIT": "4", "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT": "5",
      "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT": "0",
    ])
    #expect(limits.attributeCountLimit == 1 && limits.attributeValueLengthLimit == 2 && limits.eventCountLimit == 3)
    #expect(limits.linkCountLimit == 4 && limits.attributePerEventCountLimit == 5)
    #expect(limits.attributePerLinkCountLimit == 0)
  }

  @Test("the general limits hold where no own one is set")
  func general() {
    let limits = limits([
      "OTEL_ATTRIBUTE_COUNT_LIMIT": "10", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "20",
      "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT": "5",
    ])
    #expect(limits.attributeCountLimit == 10 && limits.attributeValueLengthLimit == 20)
    #expect(limits.attributePerEventCountLimit == 5 && limits.attributePerLinkCountLimit == 10)
    #expect(limits.eventCountLimit == 128 && limits.linkCountLimit == 128)
  }

  @Test(
    "an unusable value is named in a warning, and the next source counts",
    arguments: ["-1", "1.5", "many", "2147483648"])
  func unusable(value: String) {
    let warnings = CollectedWarnings()
    let limits = limits(
      ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": value, "OTEL_ATTRIBUTE_COUNT_LIMIT": "9", "OTEL_SPAN_LINK_COUNT_LIMIT": ""],
      warnings)
    #expect(limits.attributeCountLimit == 9 && limits.linkCountLimit == 128)
    #expect(warnings.count == 1 && warnings.lines[0].contains("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"))
  }

  @Test func codeWinsOverTheEnvironment() {
    var limits = SpanLimits()
    limits.attributeCountLimit = 7
    limits.attributeValueLengthLimit = nil
    limits.apply(
      environment: ["OTEL_ATTRIBUTE_COUNT_LIMIT": "9", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "9"],
      diagnostics: .silent)
    #expect(limits.attributeCountLimit == 7 && limits.attributeValueLengthLimit == nil)
    #expect(limits.attributePerLinkCountLimit == 9)
  }

  @Test("negative limits in code are refused by name")
  func refused() {
    let cases: [(String, WritableKeyPath<SpanLimits, Int>)] = [
      ("attributeCountLimit", \.attributeCountLimit), ("eventCountLimit", \.eventCountLimit),
      ("linkCountLimit", \.linkCountLimit), ("attributePerEventCountLimit", \.attributePerEventCountLimit),
      ("attributePerLinkCountLimit", \.attributePerLinkCountLimit),
    ]
    for (name, path) in cases {
      var limits = SpanLimits()
      limits[keyPath: path] = -1
      #expect(#expect(throws: ConfigurationError.self) { try limits.validate() }?.option == name)
    }
    var limits = SpanLimits()
    limits.attributeValueDepthLimit = 0
    #expect(#expect(throws: ConfigurationError.self) { try limits.validate() }?.option == "attributeValueDepthLimit")
    limits = SpanLimits()
    limits.attributeValueLengthLimit = -1
    #expect(#expect(throws: ConfigurationError.self) { try limits.validate() }?.option == "attributeValueLengthLimit")
  }
}
