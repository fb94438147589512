internal import TelemetryCore

/// The most that the attributes of a log record hold. Attributes beyond the limit are discarded and counted; values are cut.
///
/// A value that code sets wins over the environment, which ``apply(environment:diagnostics:)`` reads. The body has no limit.
public struct LogRecordLimits: Sendable, Hashable {
  /// The most attributes of a record; 0 or more, default 128, `OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT` or
  /// `OTEL_ATTRIBUTE_COUNT_LIMIT`.
  public var attributeCountLimit: Int {
    get { attributeCount.value }
    set { attributeCount.set(newValue) }
  }
  /// The most characters of a text and the most bytes of a byte array in attributes; each element of an array or a map is
  /// cut. 0 or more, default nil for no limit, `OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT` or
  /// `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`.
  public var attributeValueLengthLimit: Int? {
    get { attributeValueLength.value }
    set { attributeValueLength.set(newValue) }
  }
  /// The most levels of arrays and maps in a value, the value itself included; deeper arrays and maps become empty. 1 or
  /// more, default 64, no variable. A value is cut to 30 levels whatever the limit, see ``AttributeValue``.
  public var attributeValueDepthLimit = 64

  private var attributeCount = Setting(128)
  private var attributeValueLength = Setting<Int?>(nil)

  /// The default limits.
  public init() {}

  /// The limits with names and sources, for reports.
  package var settings: [(name: String, value: String, source: SettingSource)] {
    [
      ("log-attributes", "\(attributeCount.value)", attributeCount.source),
      (
        "log-value-length", attributeValueLength.value.map { "\($0)" } ?? "no limit", attributeValueLength.source
      ),
    ]
  }

  /// Throws a `ConfigurationError` that names the first limit outside of its range.
  public func validate() throws(ConfigurationError) {
    try ConfigurationError.require("attributeValueDepthLimit", attributeValueDepthLimit, in: 1...Int.max)
    try ConfigurationError.require("attributeCountLimit", attributeCountLimit, in: 0...Int.max)
    try ConfigurationError.require("attributeValueLengthLimit", attributeValueLengthLimit ?? 0, in: 0...Int.max)
  }

  /// Reads the limits from `environment`, except those that code has set. The variable of log records wins over the
  /// general variable (RULES 4.5); a value that can't be used is named in a warning and ignored (RULES 2.6).
  public mutating func apply(environment: [String: String], diagnostics: Diagnostics = .standardError) {
    let reader = Environment(environment, diagnostics: diagnostics)
    let counts = ["OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"]
    if let (variable, limit) = reader.integer(counts, in: 0...Int(Int32.max)) {
      attributeCount.fill(limit, from: variable)
    }
    let lengths = ["OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"]
    if let (variable, limit) = reader.integer(lengths, in: 0...Int(Int32.max)) {
      attributeValueLength.fill(limit, from: variable)
    }
  }
}
