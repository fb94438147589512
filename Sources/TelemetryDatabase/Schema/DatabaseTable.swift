/// The tables of telemetry.
enum DatabaseTable: UInt8, CaseIterable {
  case resources
  case scopes
  case spans
  case spanEvents
  case spanLinks
  case logRecords

  var name: String {
    switch self {
    case .resources: "resources"
    case .scopes: "scopes"
    case .spans: "spans"
    case .spanEvents: "span_events"
    case .spanLinks: "span_links"
    case .logRecords: "log_records"
    }
  }

  /// The columns of the primary key, which identify a row that is stored a second time.
  var key: [String] {
    switch self {
    case .resources: ["resource_id"]
    case .scopes: ["scope_id"]
    case .spans: ["trace_id", "span_id", "digest"]
    case .spanEvents, .spanLinks: ["trace_id", "span_id", "digest", "position"]
    case .logRecords: ["record_id"]
    }
  }

  /// True for what belongs to a span, and has its key in front.
  var isOfSpan: Bool { self == .spanEvents || self == .spanLinks }

  /// The columns, in the order of a row's fields. In SQLite the key of a span stands in `spans` alone: see
  /// ``columns(_:)``.
  var columns: [DatabaseColumn] {
    switch self {
    case .resources: Self.resourceColumns
    case .scopes: Self.scopeColumns
    case .spans: Self.spanColumns
    case .spanEvents: Self.eventColumns
    case .spanLinks: Self.linkColumns
    case .logRecords: Self.logRecordColumns
    }
  }

  /// The columns of a database's table, without the number of a row.
  func columns(_ dialect: SQLDialect) -> [DatabaseColumn] {
    guard dialect == .sqlite, isOfSpan else { return columns }
    return [DatabaseColumn("span_row_id", .int64)] + columns.dropFirst(Self.spans.key.count)
  }

  /// The source behind `FROM` in a query for ``columns``.
  func source(_ dialect: SQLDialect) -> String {
    guard dialect == .sqlite, isOfSpan else { return name }
    let names = columns.map { "\(Self.spans.key.contains($0.name) ? "s" : "o").\($0.name)" }
    return
      "(SELECT \(names.joined(separator: ", ")) FROM \(name) o JOIN spans s ON s.row_id = o.span_row_id) AS rows"
  }

  /// The number of ``columns``.
  var columnCount: Int { Self.columnCounts[Int(rawValue)] }

  private static let columnCounts = allCases.map(\.columns.count)

  private static let resourceColumns: [DatabaseColumn] = [
    .init("resource_id", .bytes), .init("service_name", .text, isNullable: true), .init("schema_url", .text),
    .init("dropped_attributes_count", .int64), .init("attributes", .json), .init("otlp", .bytes, isNullable: true),
  ]

  private static let scopeColumns: [DatabaseColumn] = [
    .init("scope_id", .bytes), .init("name", .text), .init("version", .text), .init("schema_url", .text),
    .init("dropped_attributes_count", .int64), .init("attributes", .json), .init("otlp", .bytes, isNullable: true),
  ]

  private static let spanColumns: [DatabaseColumn] = [
    .init("trace_id", .bytes), .init("span_id", .bytes), .init("digest", .int64),
    .init("parent_span_id", .bytes, isNullable: true), .init("name", .text), .init("kind", .int32),
    .init("start_time_unix_nano", .int64), .init("end_time_unix_nano", .int64), .init("status_code", .int32),
    .init("status_message", .text), .init("trace_state", .text), .init("flags", .int64),
    .init("dropped_attributes_count", .int64), .init("dropped_events_count", .int64),
    .init("dropped_links_count", .int64), .init("resource_id", .bytes), .init("scope_id", .bytes),
    .init("attributes", .json), .init("otlp", .bytes, isNullable: true),
  ]

  private static let eventColumns: [DatabaseColumn] = [
    .init("trace_id", .bytes), .init("span_id", .bytes), .init("digest", .int64), .init("position", .int32),
    .init("time_unix_nano", .int64), .init("name", .text), .init("dropped_attributes_count", .int64),
    .init("attributes", .json),
  ]

  private static let linkColumns: [DatabaseColumn] = [
    .init("trace_id", .bytes), .init("span_id", .bytes), .init("digest", .int64), .init("position", .int32),
    .init("linked_trace_id", .bytes), .init("linked_span_id", .bytes), .init("trace_state", .text),
    .init("flags", .int64), .init("dropped_attributes_count", .int64), .init("attributes", .json),
  ]

  private static let logRecordColumns: [DatabaseColumn] = [
    .init("record_id", .bytes), .init("time_unix_nano", .int64), .init("observed_time_unix_nano", .int64),
    .init("severity_number", .int32), .init("severity_text", .text), .init("event_name", .text),
    .init("trace_id", .bytes, isNullable: true), .init("span_id", .bytes, isNullable: true), .init("flags", .int64),
    .init("dropped_attributes_count", .int64), .init("resource_id", .bytes), .init("scope_id", .bytes),
    .init("body", .json, isNullable: true), .init("attributes", .json), .init("otlp", .bytes, isNullable: true),
  ]
}
