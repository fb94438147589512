/// The places of a span's attributes by key: a hash table for a span with so many attributes that a search would visit too
/// many.
///
/// Places are positions behind the start of attributes, events and links, since a new name moves these.
final class AttributeIndex {
  /// A span with fewer attributes is searched.
  static let minCount = 256

  /// Each slot holds an attribute's place plus one, or 0. At least half of the slots are free; their number is a power of two.
  private var slots = [Int](repeating: 0, count: 4 * minCount)
  private var count = 0
  /// The fields up to here are in the table.
  private var end = 0

  /// The range of the attribute with this key among the attributes, events and links of the message, from `start` to `end`.
  @unsafe
  func range(
    of key: UnsafeRawBufferPointer, in message: borrowing ProtobufAppender, from start: Int, to end: Int
  ) -> Range<Int>? {
    unsafe addNewFields(message, start, end)
    var slot = unsafe firstSlot(key)
    while slots[slot] != 0 {
      let position = start + slots[slot] - 1
      if unsafe message.hasAttribute(key, at: position) { return message.rangeOfField(at: position) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Moves the places behind an attribute that was replaced in its place.
  /// - Parameters:
  ///   - old: The old attribute's range behind the start.
  ///   - size: The new attribute's size.
  func didReplace(_ old: Range<Int>, by size: Int) {
    let growth = size - old.count
    guard growth != 0 else { return }
    end += growth
    for slot in slots.indices where slots[slot] > old.lowerBound + 1 { slots[slot] += growth }
  }

  @unsafe
  private func addNewFields(_ message: borrowing ProtobufAppender, _ start: Int, _ last: Int) {
    var position = start + end
    while position < last {
      let field = message.rangeOfField(at: position)
      if let key = unsafe message.attributeKey(at: position) {
        if 2 * (count + 1) > slots.count { unsafe grow(message, start) }
        unsafe insert(position - start, firstSlot(key))
        count += 1
      }
      position = field.upperBound
    }
    end = position - start
  }

  private func insert(_ place: Int, _ first: Int) {
    var slot = first
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = place + 1
  }

  @unsafe
  private func grow(_ message: borrowing ProtobufAppender, _ start: Int) {
    let places = slots.filter { $0 != 0 }
    slots = [Int](repeating: 0, count: 2 * slots.count)
    for place in places {
      if let key = unsafe message.attributeKey(at: start + place - 1) { unsafe insert(place - 1, firstSlot(key)) }
    }
  }

  /// The slot at which the search for a key begins. The hash is seeded, so nobody can choose keys that share a slot.
  @unsafe
  private func firstSlot(_ key: UnsafeRawBufferPointer) -> Int {
    var hasher = Hasher()
    unsafe hasher.combine(bytes: key)
    return hasher.finalize() & (slots.count - 1)
  }
}

extension ProtobufAppender {
  /// The range of the field at a position, tag included. All fields behind a span's head have a length.
  func rangeOfField(at position: Int) -> Range<Int> {
    var end = position + 1
    let length = readVarint(&end)
    return position..<end + length
  }

  /// The key of the span's attribute at a position; nil if another field is there.
  @unsafe
  func attributeKey(at position: Int) -> UnsafeRawBufferPointer? {
    guard unsafe base.load(fromByteOffset: position, as: UInt8.self) == WireTags.Span.attributes else { return nil }
    var start = position + 1
    _ = readVarint(&start)
    start += 1
    let count = readVarint(&start)
    return unsafe UnsafeRawBufferPointer(start: base + start, count: count)
  }

  /// True if the span's attribute at a position has this key.
  @unsafe
  func hasAttribute(_ key: UnsafeRawBufferPointer, at position: Int) -> Bool {
    guard let stored = unsafe attributeKey(at: position), stored.count == key.count else { return false }
    return unsafe stored.elementsEqual(key)
  }
}
