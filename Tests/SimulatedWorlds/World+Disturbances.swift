import OTLPGRPC
import OTLPTesting

// The disturbances of a world.
extension World {
  func runDisturbances() async {
    var outages: [Task<Void, Never>] = []
    for _ in 0..<plan.disturbances {
      if simulation.draw(in: 0...5) == 0 { outages.append(simulation.task { await self.outage() }) }
      await simulation.sleep(simulation.draw { $0.duration(in: .zero...self.plan.length / 4) })
      await disturb()
      check("a disturbance")
    }
    let rest = plan.length / 4
    await simulation.sleep(rest)
    for outage in outages { await outage.value }
  }

  private func disturb() async {
    switch simulation.draw(in: 0...11) {
    case 0: simulation.network.cutConnections()
    case 1: await goAway()
    case 2: await restart()
    case 3, 4: await changeName()
    case 5: await sendSettings([3: [0, 0, 1, 2, 100]])
    case 6: await sendSettings([4: [0, 1, 100, 30_000, 65_535]])
    case 7: await randomServer.closeConnections()
    case 8: changeWeather()
    case 9: tokens?.rotate()
    default: await changeCertificates()
    }
  }

  var randomServer: LoopbackCollector { servers[simulation.draw(in: 0...servers.count - 1)] }

  /// Stops a server for a long time.
  private func outage() async {
    await takeDown { self.simulation.draw { $0.duration(in: .zero...self.plan.length) } }
  }

  private func takeDown(for pause: () -> Duration) async {
    let index = simulation.draw(in: 0...servers.count - 1)
    guard down.insert(index).inserted else { return }
    await servers[index].stop()
    await simulation.sleep(pause())
    down.remove(index)
    await bringUp(index)
  }

  func bringUp(_ index: Int) async {
    do { try await servers[index].restart() } catch { fault("a server can't be restarted: \(error)") }
  }

  private func goAway() async {
    let code = simulation.draw { [0, 0, 0, 1, 2, 11].randomElement(using: &$0) ?? 0 }
    let last = simulation.draw { (random: inout SeededRandom) -> LoopbackCollector.LastStream in
      [.none, .current, .beforeCurrent, .all, .id(1)].randomElement(using: &random) ?? .all
    }
    let server = randomServer
    await server.goAway(.init(rawValue: UInt32(code)), lastStream: last, debug: code == 11 ? "too_many_pings" : "")
    guard last == .all, simulation.draw(in: 0...1) == 0 else { return }
    // The final GOAWAY after the warning.
    await simulation.sleep(.milliseconds(simulation.draw(in: 0...1000)))
    await server.goAway(lastStream: .current)
  }

  private func restart() async { await takeDown { .milliseconds(self.simulation.draw(in: 0...5000)) } }

  private func sendSettings(_ choices: [UInt16: [UInt32]]) async {
    for (id, values) in choices {
      let value = simulation.draw { values.randomElement(using: &$0) ?? 0 }
      let server = randomServer
      await server.sendSettings([id: value])
      guard value == 0, simulation.draw(in: 0...2) > 0 else { continue }
      await simulation.sleep(.milliseconds(simulation.draw(in: 0...4000)))
      await server.sendSettings([id: 100_000])
    }
  }

  private func changeName() async {
    let name = simulation.draw(in: 0...plan.names.count - 1)
    simulation.network.setHost(plan.names[name], simulation.draw { self.host(&$0) })
    guard simulation.draw(in: 0...1) == 0 else { return }
    await simulation.sleep(.milliseconds(simulation.draw(in: 0...5000)))
    simulation.network.setHost(plan.names[name], .sockets(plan.addresses(of: name)))
  }

  private nonisolated func host(_ random: inout SeededRandom) -> SimulatedHost {
    let delay = random.duration(in: .zero ... .milliseconds(random.oneIn(5) ? 6000 : 20))
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return .fails(reason: "gone", delay: delay)
    case 1: return .ignored
    case 2: return .sockets([], delay: delay)
    // Some of these addresses have no listener.
    case 3, 4: return .sockets(WorldPlan.addresses.shuffled(using: &random), delay: delay)
    case 5: return .sockets(plan.served.shuffled(using: &random), delay: delay)
    default: return .sockets([plan.served.randomElement(using: &random) ?? WorldPlan.addresses[0]], delay: delay)
    }
  }

  private func changeWeather() {
    let isBad = simulation.draw(in: 0...2) > 0
    simulation.network.planConnections { _, _, random in
      isBad ? (random.oneIn(3) ? .refuse : .random(using: &random)) : .link(.sound(using: &random))
    }
  }

  private func changeCertificates() async {
    guard let certificates else { return simulation.network.cutConnections() }
    switch simulation.draw(in: 0...5) {
    case 0: certificates.present("expired")
    case 1: certificates.present("other_server")
    case 2: certificates.present("other_name")
    case 3: certificates.trust("other_ca")
    // A certificate that is no authority.
    case 4: certificates.trust("server")
    default: certificates.restore()
    }
    // A server that started with a bad certificate keeps it until its next start.
    await restart()
    guard simulation.draw(in: 0...1) == 0 else { return }
    certificates.restore()
    await restart()
  }
}
