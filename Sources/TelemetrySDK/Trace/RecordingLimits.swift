/// A provider's ``SpanLimits`` in the form in which spans compare them.
struct RecordingLimits {
  let attributes: UInt32
  let events: UInt32
  let links: UInt32
  let attributesPerEvent: Int
  let attributesPerLink: Int
  let values: ValueLimits

  init(_ limits: SpanLimits) {
    attributes = UInt32(clamping: limits.attributeCountLimit)
    events = UInt32(clamping: limits.eventCountLimit)
    links = UInt32(clamping: limits.linkCountLimit)
    attributesPerEvent = limits.attributePerEventCountLimit
    attributesPerLink = limits.attributePerLinkCountLimit
    values = ValueLimits(length: limits.attributeValueLengthLimit, depth: limits.attributeValueDepthLimit)
  }
}
