extension SQLDialect {
  /// The statements that make the views for a person: identifiers as hexadecimal text, times as text or timestamps,
  /// durations in milliseconds. A time that isn't set, 0, counts as none.
  var views: [String] {
    switch self {
    case .sqlite: [Self.sqliteTraces, Self.sqliteSlowSpans]
    case .postgreSQL: [Self.postgreSQLTraces, Self.postgreSQLSlowSpans]
    }
  }

  // The root is the span without a parent, or else the earliest.
  private static let sqliteTraces = """
    CREATE VIEW traces AS
    SELECT lower(hex(s.trace_id)) AS trace_id,
      strftime('%Y-%m-%dT%H:%M:%fZ', min(nullif(s.start_time_unix_nano, 0)) / 1000000000.0, 'unixepoch') AS start_time,
      (max(nullif(s.end_time_unix_nano, 0)) - min(nullif(s.start_time_unix_nano, 0))) / 1000000.0 AS duration_ms,
      (SELECT i.service_name FROM spans r JOIN resources i ON i.resource_id = r.resource_id
        WHERE r.trace_id = s.trace_id
        ORDER BY r.parent_span_id IS NOT NULL, r.start_time_unix_nano LIMIT 1) AS root_service,
      (SELECT r.name FROM spans r WHERE r.trace_id = s.trace_id
        ORDER BY r.parent_span_id IS NOT NULL, r.start_time_unix_nano LIMIT 1) AS root_name,
      count(*) AS spans,
      group_concat(DISTINCT i.service_name) AS services,
      sum(s.status_code = 2) AS errors
    FROM spans s LEFT JOIN resources i ON i.resource_id = s.resource_id GROUP BY s.trace_id
    """

  private static let sqliteSlowSpans = """
    CREATE VIEW slow_spans AS
    SELECT lower(hex(s.trace_id)) AS trace_id, lower(hex(s.span_id)) AS span_id, i.service_name, s.name,
      strftime('%Y-%m-%dT%H:%M:%fZ', nullif(s.start_time_unix_nano, 0) / 1000000000.0, 'unixepoch') AS start_time,
      (nullif(s.end_time_unix_nano, 0) - nullif(s.start_time_unix_nano, 0)) / 1000000.0 AS duration_ms,
      s.status_code = 2 AS is_error
    FROM spans s LEFT JOIN resources i ON i.resource_id = s.resource_id
    ORDER BY nullif(s.end_time_unix_nano, 0) - nullif(s.start_time_unix_nano, 0) DESC
    """

  private static let postgreSQLTraces = """
    CREATE VIEW traces AS
    SELECT encode(s.trace_id, 'hex') AS trace_id,
      to_timestamp(min(nullif(s.start_time_unix_nano, 0)) / 1e9) AS start_time,
      (max(nullif(s.end_time_unix_nano, 0)) - min(nullif(s.start_time_unix_nano, 0))) / 1e6 AS duration_ms,
      (array_agg(i.service_name ORDER BY s.parent_span_id IS NOT NULL, s.start_time_unix_nano))[1] AS root_service,
      (array_agg(s.name ORDER BY s.parent_span_id IS NOT NULL, s.start_time_unix_nano))[1] AS root_name,
      count(*) AS spans,
      string_agg(DISTINCT i.service_name, ',') AS services,
      count(*) FILTER (WHERE s.status_code = 2) AS errors
    FROM spans s LEFT JOIN resources i ON i.resource_id = s.resource_id GROUP BY s.trace_id
    """

  private static let postgreSQLSlowSpans = """
    CREATE VIEW slow_spans AS
    SELECT encode(s.trace_id, 'hex') AS trace_id, encode(s.span_id, 'hex') AS span_id, i.service_name, s.name,
      to_timestamp(nullif(s.start_time_unix_nano, 0) / 1e9) AS start_time,
      (nullif(s.end_time_unix_nano, 0) - nullif(s.start_time_unix_nano, 0)) / 1e6 AS duration_ms,
      s.status_code = 2 AS is_error
    FROM spans s LEFT JOIN resources i ON i.resource_id = s.resource_id
    ORDER BY nullif(s.end_time_unix_nano, 0) - nullif(s.start_time_unix_nano, 0) DESC NULLS LAST
    """
}
