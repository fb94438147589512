internal import OTLPWire
internal import TelemetrySDK

/// The resources and scopes of a database by their identifiers.
struct StoredOwners {
  var resources: [[UInt8]: Resource] = [:]
  var scopes: [[UInt8]: InstrumentationScope] = [:]
}

/// A row of a table.
struct StoredRow {
  let places: [String: Int]
  let values: [SQLValue]

  subscript(_ column: String) -> SQLValue { places[column].map { values[$0] } ?? .null }

  /// True if the columns hold the item without loss; else `otlp` has its message.
  var isExact: Bool { self["otlp"].isNull }

  /// The key of a span, which its events and links have too.
  var spanKey: [SQLValue] { [self["trace_id"], self["span_id"], self["digest"]] }

  private func unsigned(_ column: String) -> UInt64 { UInt64(bitPattern: self[column].integer) }
  private func unsigned32(_ column: String) -> UInt32 { UInt32(truncatingIfNeeded: self[column].integer) }

  private var attributes: Attributes {
    get throws(DatabaseError) {
      do throws(JSONError) {
        return try PlainJSON.attributes(self["attributes"].bytes)
      } catch {
        throw DatabaseError("a column 'attributes' isn't a JSON object: \(error)")
      }
    }
  }

  private func word(_ column: String) -> UInt64 { self[column].bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) } }

  private func traceID(_ column: String) -> TraceID { TraceID(stored: self[column].bytes) }

  // MARK: Items

  /// The span without its events and links, unless the row isn't exact.
  func span(_ owners: StoredOwners) throws(DatabaseError) -> SpanData {
    let resource = owners.resources[self["resource_id"].bytes] ?? .empty
    let scope = owners.scopes[self["scope_id"].bytes] ?? .empty
    guard isExact else {
      var item: SpanData = try message()
      (item.resource, item.scope) = (resource, scope)
      return item
    }
    return SpanData(
      traceID: traceID("trace_id"), spanID: SpanID(word("span_id")), parentSpanID: SpanID(word("parent_span_id")),
      traceState: self["trace_state"].text, name: self["name"].text,
      kind: SpanData.Kind(rawValue: UInt8(clamping: self["kind"].integer)) ?? .unspecified,
      startTimeUnixNano: unsigned("start_time_unix_nano"), endTimeUnixNano: unsigned("end_time_unix_nano"),
      attributes: try attributes, droppedAttributesCount: unsigned32("dropped_attributes_count"), events: [],
      droppedEventsCount: unsigned32("dropped_events_count"), links: [],
      droppedLinksCount: unsigned32("dropped_links_count"), status: status, flags: unsigned32("flags"),
      resource: resource, scope: scope)
  }

  private var status: SpanData.Status {
    let code = SpanData.Status.Code(rawValue: UInt8(clamping: self["status_code"].integer)) ?? .unset
    return SpanData.Status(code, message: self["status_message"].text)
  }

  func event() throws(DatabaseError) -> SpanData.Event {
    SpanData.Event(
      name: self["name"].text, timeUnixNano: unsigned("time_unix_nano"), attributes: try attributes,
      droppedAttributesCount: unsigned32("dropped_attributes_count"))
  }

  func link() throws(DatabaseError) -> SpanData.Link {
    SpanData.Link(
      traceID: traceID("linked_trace_id"), spanID: SpanID(word("linked_span_id")),
      traceState: self["trace_state"].text, attributes: try attributes,
      droppedAttributesCount: unsigned32("dropped_attributes_count"), flags: unsigned32("flags"))
  }

  func logRecord(_ owners: StoredOwners) throws(DatabaseError) -> LogRecord {
    let resource = owners.resources[self["resource_id"].bytes] ?? .empty
    let scope = owners.scopes[self["scope_id"].bytes] ?? .empty
    guard isExact else {
      var item: LogRecord = try message()
      (item.resource, item.scope) = (resource, scope)
      return item
    }
    return LogRecord(
      timeUnixNano: unsigned("time_unix_nano"), observedTimeUnixNano: unsigned("observed_time_unix_nano"),
      severity: LogRecord.Severity(rawValue: UInt8(clamping: self["severity_number"].integer)) ?? .unspecified,
      severityText: self["severity_text"].text, body: try body, attributes: try attributes,
      droppedAttributesCount: unsigned32("dropped_attributes_count"), flags: unsigned32("flags"),
      traceID: traceID("trace_id"), spanID: SpanID(word("span_id")), eventName: self["event_name"].text,
      resource: resource, scope: scope)
  }

  private var body: AttributeValue? {
    get throws(DatabaseError) {
      guard !self["body"].isNull else { return nil }
      do throws(JSONError) {
        return try PlainJSON.value(self["body"].bytes)
      } catch {
        throw DatabaseError("a column 'body' isn't JSON: \(error)")
      }
    }
  }

  /// The item whose message a row has. Others write to a database too, so the bytes may be anything.
  private func message<Item: DecodableItem>() throws(DatabaseError) -> Item {
    do throws(WireError) {
      return try StoredGroup.item(self["otlp"].bytes)
    } catch {
      throw DatabaseError("a column 'otlp' isn't an item's message: \(error)")
    }
  }

  // MARK: Resource and scope

  func resource() throws(DatabaseError) -> Resource {
    let schemaURL = self["schema_url"].text
    guard isExact else { return StoredGroup.resource(self["otlp"].bytes) }
    return Resource(
      try attributes, droppedAttributesCount: unsigned32("dropped_attributes_count"), schemaURL: schemaURL)
  }

  func scope() throws(DatabaseError) -> InstrumentationScope {
    let schemaURL = self["schema_url"].text
    guard isExact else { return StoredGroup.scope(self["otlp"].bytes) }
    return InstrumentationScope(
      name: self["name"].text, version: self["version"].text, attributes: try attributes,
      droppedAttributesCount: unsigned32("dropped_attributes_count"), schemaURL: schemaURL)
  }
}
