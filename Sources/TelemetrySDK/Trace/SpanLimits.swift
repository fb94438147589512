/// The most that a span holds. Attributes, events and links beyond a limit are discarded and counted; values are cut.
///
/// A value that code sets wins over the environment, which ``apply(environment:diagnostics:)`` reads.
public struct SpanLimits: Sendable, Hashable {
  /// The most attributes of a span; 0 or more, default 128, `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT` or
  /// `OTEL_ATTRIBUTE_COUNT_LIMIT`.
  public var attributeCountLimit: Int {
    get { attributeCount.value }
    set { attributeCount.set(newValue) }
  }
  /// The most characters of a text and the most bytes of a byte array in attributes of spans, events and links; each
  /// element of an array or a map is cut. 0 or more, default nil for no limit, `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`
  /// or `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`.
  public var attributeValueLengthLimit: Int? {
    get { attributeValueLength.value }
    set { attributeValueLength.set(newValue) }
  }
  /// The most levels of arrays and maps in a value, the value itself included; deeper arrays and maps become empty. 1 or
  /// more, default 64, no variable. A value is cut to 30 levels whatever the limit, see ``AttributeValue``.
  public var attributeValueDepthLimit = 64
  /// The most events of a span; 0 or more, default 128, `OTEL_SPAN_EVENT_COUNT_LIMIT`.
  public var eventCountLimit: Int {
    get { eventCount.value }
    set { eventCount.set(newValue) }
  }
  /// The most links of a span; 0 or more, default 128, `OTEL_SPAN_LINK_COUNT_LIMIT`.
  public var linkCountLimit: Int {
    get { linkCount.value }
    set { linkCount.set(newValue) }
  }
  /// The most attributes of one event; 0 or more, default 128, `OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT` or
  /// `OTEL_ATTRIBUTE_COUNT_LIMIT`.
  public var attributePerEventCountLimit: Int {
    get { attributePerEventCount.value }
    set { attributePerEventCount.set(newValue) }
  }
  /// The most attributes of one link; 0 or more, default 128, `OTEL_LINK_ATTRIBUTE_COUNT_LIMIT` or
  /// `OTEL_ATTRIBUTE_COUNT_LIMIT`.
  public var attributePerLinkCountLimit: Int {
    get { attributePerLinkCount.value }
    set { attributePerLinkCount.set(newValue) }
  }

  private var attributeCount = Setting(Self.standardCount)
  private var attributeValueLength = Setting<Int?>(nil)
  private var eventCount = Setting(Self.standardCount)
  private var linkCount = Setting(Self.standardCount)
  private var attributePerEventCount = Setting(Self.standardCount)
  private var attributePerLinkCount = Setting(Self.standardCount)

  private static let standardCount = 128

  /// The limits with names and sources, for reports.
  package var settings: [(name: String, value: String, source: SettingSource)] {
    func row(_ name: String, _ setting: Setting<Int>) -> (name: String, value: String, source: SettingSource) {
      (name, "\(setting.value)", setting.source)
    }
    return [
      row("span-attributes", attributeCount),
      ("value-length", attributeValueLength.value.map { "\($0)" } ?? "no limit", attributeValueLength.source),
      row("span-events", eventCount), row("span-links", linkCount), row("event-attributes", attributePerEventCount),
      row("link-attributes", attributePerLinkCount),
    ]
  }

  /// The default limits.
  public init() {}

  /// Throws a `ConfigurationError` that names the first limit outside of its range.
  public func validate() throws(ConfigurationError) {
    let limits = [
      ("attributeCountLimit", attributeCountLimit), ("attributeValueLengthLimit", attributeValueLengthLimit ?? 0),
      ("eventCountLimit", eventCountLimit), ("linkCountLimit", linkCountLimit),
      ("attributePerEventCountLimit", attributePerEventCountLimit),
      ("attributePerLinkCountLimit", attributePerLinkCountLimit),
    ]
    try ConfigurationError.require("attributeValueDepthLimit", attributeValueDepthLimit, in: 1...Int.max)
    for (option, limit) in limits { try ConfigurationError.require(option, limit, in: 0...Int.max) }
  }

  /// Reads the limits from `environment`, except those that code has set. A span's own variable wins over the
  /// general variable (RULES 4.5); a value that can't be used is named in a warning and ignored (RULES 2.6).
  public mutating func apply(environment: [String: String], diagnostics: Diagnostics = .standardError) {
    let reader = Environment(environment, diagnostics: diagnostics)
    let (count, length) = ("OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT")
    func fill(_ setting: WritableKeyPath<SpanLimits, Setting<Int>>, _ variables: [String]) {
      guard let (variable, limit) = reader.integer(variables, in: 0...Int(Int32.max)) else { return }
      self[keyPath: setting].fill(limit, from: variable)
    }
    fill(\.attributeCount, ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", count])
    fill(\.eventCount, ["OTEL_SPAN_EVENT_COUNT_LIMIT"])
    fill(\.linkCount, ["OTEL_SPAN_LINK_COUNT_LIMIT"])
    fill(\.attributePerEventCount, ["OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", count])
    fill(\.attributePerLinkCount, ["OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", count])
    let lengths = ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", length]
    if let (variable, limit) = reader.integer(lengths, in: 0...Int(Int32.max)) {
      attributeValueLength.fill(limit, from: variable)
    }
  }
}
