extension SimulatedLink {
  /// A random link, with or without faults.
  package static func random(using random: inout SeededRandom) -> SimulatedLink {
    var link = SimulatedLink.sound(using: &random)
    if random.oneIn(3) { link.writeSize = 1...Int.random(in: 1...20_000, using: &random) }
    if random.oneIn(4) { link.bufferSize = Int.random(in: 500...100_000, using: &random) }
    while random.oneIn(2) { link.faults.append(.random(using: &random)) }
    return link
  }

  /// A link without faults.
  package static func sound(using random: inout SeededRandom) -> SimulatedLink {
    var link = SimulatedLink()
    let minimum = random.duration(in: .microseconds(50) ... .milliseconds(random.oneIn(10) ? 150 : 20))
    link.latency = minimum...(minimum + random.duration(in: .zero ... .milliseconds(30)))
    return link
  }
}

extension SimulatedLink.Fault {
  static func random(using random: inout SeededRandom) -> Self {
    let side: SimulatedSide = random.oneIn(2) ? .client : .server
    // Half of the faults hit the beginning of a connection, where the handshake and the first request are.
    let bytes = Int.random(in: 0...(random.oneIn(2) ? 500 : 60_000), using: &random)
    switch Int.random(in: 0..<9, using: &random) {
    case 0, 1, 2: return .cut(afterBytes: bytes, from: side)
    case 3: return .cutAfter(random.duration(in: .zero ... .seconds(20)))
    case 4, 5:
      return .stall(afterBytes: bytes, from: side, for: random.duration(in: .milliseconds(1) ... .seconds(15)))
    case 6: return .blackHole(afterBytes: bytes, from: side)
    default: return .deadAfter(random.duration(in: .zero ... .seconds(random.oneIn(2) ? 5 : 60)))
    }
  }
}

extension SimulatedConnect {
  /// A random outcome: mostly a link, sometimes a refusal or no answer.
  package static func random(using random: inout SeededRandom) -> SimulatedConnect {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: .refuse
    case 1: random.oneIn(3) ? .ignore : .refuse
    default: .link(.random(using: &random))
    }
  }
}
