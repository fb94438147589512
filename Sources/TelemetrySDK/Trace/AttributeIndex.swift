/// The places of a span's attributes by key: a hash table for a span with so many attributes that a search would visit too
/// many.
///
/// The table gives a chunk of some attributes, which is searched: when a value of another length replaces one, the starts of the
/// later chunks move, and not each attribute's place. Places are positions behind the start of attributes, events and links,
/// since a new name moves these.
final class AttributeIndex {
  /// A span with fewer attributes is searched.
  static let minCount = 256
  private static let chunkCount = 16

  /// A part of a key's hash, and the number of the key's chunk plus one; 0 for a free slot. At least half of the slots are free;
  /// their number is a power of two.
  private var slots = [(hash: UInt32, chunk: UInt32)](repeating: (0, 0), count: 4 * minCount)
  private var count = 0
  /// The place of each chunk's first attribute. Events and links behind an attribute belong to its chunk.
  private var chunks: [Int] = []
  /// The fields up to here are in the table.
  private var end = 0

  /// The range of the attribute with this key among the attributes, events and links of the message, from `start` to `last`.
  @unsafe
  func range(
    of key: UnsafeRawBufferPointer, in message: borrowing ProtobufAppender, from start: Int, to last: Int
  ) -> Range<Int>? {
    unsafe addNewFields(message, start, last)
    let hash = unsafe Self.hash(key)
    var slot = firstSlot(hash)
    while slots[slot].chunk != 0 {
      if slots[slot].hash == hash {
        let chunk = Int(slots[slot].chunk) - 1
        let range = start + chunks[chunk]..<start + (chunk + 1 < chunks.count ? chunks[chunk + 1] : end)
        if let place = unsafe message.attribute(WireTags.Span.attributes, key, in: range) { return place }
      }
      slot = next(slot)
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
    var chunk = chunks.count - 1
    while chunk >= 0, chunks[chunk] > old.lowerBound {
      chunks[chunk] += growth
      chunk -= 1
    }
  }

  @unsafe
  private func addNewFields(_ message: borrowing ProtobufAppender, _ start: Int, _ last: Int) {
    var position = start + end
    while position < last {
      if let key = unsafe message.attributeKey(at: position) {
        if count.isMultiple(of: Self.chunkCount) { chunks.append(position - start) }
        count += 1
        if 2 * count > slots.count { grow() }
        unsafe insert(Self.hash(key), UInt32(chunks.count))
      }
      position = message.rangeOfField(at: position).upperBound
    }
    end = position - start
  }

  private func grow() {
    let old = slots
    slots = Array(repeating: (0, 0), count: 2 * old.count)
    for (hash, chunk) in old where chunk != 0 { insert(hash, chunk) }
  }

  private func insert(_ hash: UInt32, _ chunk: UInt32) {
    var slot = firstSlot(hash)
    while slots[slot].chunk != 0 { slot = next(slot) }
    slots[slot] = (hash, chunk)
  }

  private func firstSlot(_ hash: UInt32) -> Int { Int(hash) & (slots.count - 1) }
  private func next(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }

  /// The hash is seeded, so nobody can choose keys that share a slot.
  @unsafe
  private static func hash(_ key: UnsafeRawBufferPointer) -> UInt32 {
    var hasher = Hasher()
    unsafe hasher.combine(bytes: key)
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }
}

extension ProtobufAppender {
  /// The range of the field at a position, tag included. All fields behind a span's head have a length.
  fileprivate func rangeOfField(at position: Int) -> Range<Int> {
    var end = position + 1
    let length = readVarint(&end)
    return position..<end + length
  }

  /// The key of the span's attribute at a position; nil if another field is there.
  @unsafe
  fileprivate func attributeKey(at position: Int) -> UnsafeRawBufferPointer? {
    guard unsafe base.load(fromByteOffset: position, as: UInt8.self) == WireTags.Span.attributes else { return nil }
    var start = position + 1
    _ = readVarint(&start)
    start += 1
    let count = readVarint(&start)
    return unsafe UnsafeRawBufferPointer(start: base + start, count: count)
  }
}
