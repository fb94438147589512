/// The enums of which a name may stand for a number in JSON that is read.
enum EnumNames: UInt8 {
  case none
  case spanKind
  case statusCode
  case severityNumber
  case aggregationTemporality

  /// The names by number.
  var all: [String] {
    switch self {
    case .none: []
    case .spanKind: ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"].map { "SPAN_KIND_" + $0 }
    case .statusCode: ["UNSET", "OK", "ERROR"].map { "STATUS_CODE_" + $0 }
    case .severityNumber:
      ["SEVERITY_NUMBER_UNSPECIFIED"]
        + ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].flatMap { level in
          ["", "2", "3", "4"].map { "SEVERITY_NUMBER_\(level)\($0)" }
        }
    case .aggregationTemporality:
      ["UNSPECIFIED", "DELTA", "CUMULATIVE"].map { "AGGREGATION_TEMPORALITY_" + $0 }
    }
  }
}
