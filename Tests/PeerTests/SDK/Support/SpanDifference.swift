import TelemetryCore
import TelemetrySDK

/// A place where the SDK for Python differs from the specification, or from our choice where that leaves one.
enum SpanDifference: CaseIterable {
  /// Python removes the oldest attribute for a new one; the new one is to be discarded (RULES 4.5.4).
  case oldestAttributeGoes
  /// Python counts an attribute again that was removed and is set again. We count each call that is discarded.
  case removedAttributeReturns
  /// Python keeps the last events and links; ours keeps the first, as with attributes.
  case oldestEventGoes
  case oldestLinkGoes
  /// Python removes the oldest attribute of an event or link (RULES 4.5.4).
  case oldestNestedAttributeGoes
  /// Python doesn't cut byte arrays (RULES 4.5.2).
  case wholeBytes
  /// Python writes no trace flags into a span's or link's `flags` (the schema, SpanFlags: bits 0 to 7).
  case noTraceFlags
  /// Python's exporter leaves out a link's trace state.
  case noLinkState
  /// Python writes ids of zeros into a link that has none; ours leaves the fields empty.
  case zeroIDs
  /// Python adds `exception.escaped`, which the conventions have deprecated.
  case escapedException
}

extension FlatSpan {
  /// Changes Python's span into ours at the known differences.
  /// - Parameter unlimited: Python's span by the same calls without limits of counts.
  mutating func apply(
    _ plan: SpanPlan, _ group: SpanCase, unlimited: FlatSpan, _ met: inout Set<SpanDifference>
  ) {
    let limits = group.limits
    let (events, links) = (plan.eventKeys, plan.recordedLinks)
    keepFirst("events", events, limits.eventCountLimit, limits.attributePerEventCountLimit, unlimited, &met)
    keepFirst(
      "links", links.map { $0.attributes.map(\.key) }, limits.linkCountLimit, limits.attributePerLinkCountLimit,
      unlimited, &met)
    keepFirstAttributes(plan.attributeKeys, limits.attributeCountLimit, unlimited, &met)
    for (index, link) in links.prefix(limits.linkCountLimit).enumerated() { adapt(link.context, index, &met) }
    if let length = limits.attributeValueLengthLimit { cutBytes(length, &met) }
    let isRandom = plan.parent.isValid ? plan.parent.flags.contains(.random) : group.isRandom
    add(isRandom ? 3 : 1, to: "flags")
    met.insert(.noTraceFlags)
  }

  /// Takes the first elements of a list and their first attributes from the unlimited span.
  private mutating func keepFirst(
    _ list: String, _ keys: [[String]], _ limit: Int, _ attributeLimit: Int, _ unlimited: FlatSpan,
    _ met: inout Set<SpanDifference>
  ) {
    let before = fields
    remove(list + "[")
    for (index, keys) in keys.prefix(limit).enumerated() {
      let path = "\(list)[\(index)]"
      take(path, from: unlimited)
      if fields.removeValue(forKey: path + ".attributes[exception.escaped]") != nil { met.insert(.escapedException) }
      for key in keys.dropFirst(attributeLimit) { fields[path + ".attributes[\(key)]"] = nil }
      if keys.count > attributeLimit {
        fields[path + ".dropped_attributes_count"] = "\(keys.count - attributeLimit)"
        if attributeLimit > 0 { met.insert(.oldestNestedAttributeGoes) }
      }
    }
    if keys.count > limit, limit > 0, before != fields {
      met.insert(list == "events" ? .oldestEventGoes : .oldestLinkGoes)
    }
  }

  /// Takes the first attributes from the unlimited span. With no key repeated, Python's count of dropped ones holds.
  private mutating func keepFirstAttributes(
    _ keys: [String], _ limit: Int, _ unlimited: FlatSpan, _ met: inout Set<SpanDifference>
  ) {
    let distinct = keys.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    guard distinct.count > limit else { return }
    let before = fields
    let kept = Set(distinct.prefix(limit))
    remove("attributes[")
    take("attributes[", from: unlimited)
    for key in distinct where !kept.contains(key) { fields["attributes[\(key)]"] = nil }
    if before != fields { met.insert(.oldestAttributeGoes) }
    guard distinct.count < keys.count else { return }
    let dropped = "\(keys.count { !kept.contains($0) })"
    if fields["dropped_attributes_count"] != dropped { met.insert(.removedAttributeReturns) }
    fields["dropped_attributes_count"] = dropped
  }

  private mutating func adapt(_ context: SpanContext, _ index: Int, _ met: inout Set<SpanDifference>) {
    let path = "links[\(index)]."
    add(Int(context.flags.rawValue), to: path + "flags")
    if !context.traceState.isEmpty {
      met.insert(.noLinkState)
      fields[path + "trace_state"] = SDKPeer.text(context.traceState.description)
    }
    if !context.isValid {
      met.insert(.zeroIDs)
      fields[path + "trace_id"] = nil
      fields[path + "span_id"] = nil
    }
  }

  private mutating func add(_ number: Int, to path: String) {
    fields[path] = fields[path].flatMap { Int($0) }.map { "\($0 + number)" }
  }

  private mutating func cutBytes(_ length: Int, _ met: inout Set<SpanDifference>) {
    for (path, value) in fields where ["attributes[", "events[", "links["].contains(where: path.hasPrefix) {
      let cut = value.replacing(/bytes:([0-9a-f]*)/) { "bytes:\($0.output.1.prefix(2 * length))" }
      if cut != value { met.insert(.wholeBytes) }
      fields[path] = cut
    }
  }
}
