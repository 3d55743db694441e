package io.xenarium.xen;

import io.xenarium.abi.SharedInfo;
import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.ProcessorModel;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Mfn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The domains that there are, by number. Numbers are given in ascending order and never again.
///
/// A domain that is gone stays a zombie while others use frames that it granted them: the frames
/// have no other owner, and the others have to find its grants to give them back.
final class Domains implements Kept {
    private final Memory memory;
    private final FrameTable frames;
    private final XenSlots slots;
    private final Chronicle chronicle;
    private final Map<Integer, Domain> byNumber = new TreeMap<>();
    private final Map<Integer, Domain> zombies = new TreeMap<>();
    private List<Domain> all = List.of();
    private int nextNumber;

    Domains(Xen xen) {
        memory = xen.memory();
        frames = xen.frames();
        slots = xen.slots();
        chronicle = xen.chronicle();
    }

    List<Domain> all() {
        return all;
    }

    Optional<Domain> find(DomId id) {
        return Optional.ofNullable(byNumber.get(id.value()));
    }

    /// The domain of this number, where it exists, whatever the number.
    Optional<Domain> find(int number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    /// The domain of this number, even where all that is left of it is what others hold.
    Optional<Domain> findWithZombies(DomId id) {
        return find(id).or(() -> Optional.ofNullable(zombies.get(id.value())));
    }

    /// Domains that are gone, but for frames that others still use.
    List<Domain> zombies() {
        return List.copyOf(zombies.values());
    }

    /// Forgets those of which nothing is left.
    void forgetZombies() {
        zombies.values().removeIf(gone -> isForgotten(gone));
    }

    private boolean isForgotten(Domain gone) {
        return gone.grants().active().isEmpty() && frames.owned(gone.id()) == 0;
    }

    /// The domain of this number, which must exist.
    Domain get(DomId id) {
        Domain domain = byNumber.get(id.value());
        if (domain == null) {
            throw new Bug("there is no " + id);
        }
        return domain;
    }

    Domain create(DomainConfig config) {
        Check.that(nextNumber < DomId.SELF.value(), "no domain number is left");
        DomId id = new DomId(nextNumber++);
        Mfn sharedInfo = new Mfn(takeShared(id));
        Domain domain = new Domain(id, config, memory, sharedInfo, chronicle);
        slots.makePerDomain(domain);
        domain.grants().append(takeShared(id));
        long legacy = sharedInfo.toMaddr().value();
        for (int v = 0; v < SharedInfo.LEGACY_VCPUS; v++) {
            memory.setByte(legacy + v * 64L + VcpuInfo.UPCALL_MASK, (byte) 1);
        }
        byNumber.put(id.value(), domain);
        all = List.copyOf(byNumber.values());
        chronicle.created(id, config);
        return domain;
    }

    /// A frame that Xen and `owner` share: it stays writable memory for ever.
    long takeShared(DomId owner) {
        return frames.allocateShared(owner);
    }

    void destroy(Domain domain) {
        domain.die();
        domain.grants().setGone();
        frames.reclaim(domain.id());
        slots.dropPerDomain(domain);
        byNumber.remove(domain.id().value());
        if (!isForgotten(domain)) {
            zombies.put(domain.id().value(), domain);
        }
        all = List.copyOf(byNumber.values());
        chronicle.destroyed(domain.id());
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(nextNumber);
        save(out, byNumber);
        save(out, zombies);
    }

    private static void save(DataOutput out, Map<Integer, Domain> map) throws IOException {
        out.writeInt(map.size());
        for (Domain domain : map.values()) {
            DomainConfig config = domain.config();
            out.writeInt(domain.id().value());
            out.writeUTF(config.name());
            out.writeInt(config.pages());
            out.writeInt(config.vcpus());
            out.writeBoolean(config.mayWriteConsole());
            config.processor().save(out);
            out.writeLong(domain.sharedInfo().value());
            domain.save(out);
        }
    }

    /// Keeps the objects of domains that are in the keyframe too, so that whoever looks at one goes
    /// on looking at it.
    @Override
    public void load(DataInput in) throws IOException {
        Map<Integer, Domain> known = new TreeMap<>(byNumber);
        known.putAll(zombies);
        nextNumber = in.readInt();
        load(in, byNumber, known);
        load(in, zombies, known);
        all = List.copyOf(byNumber.values());
    }

    private void load(DataInput in, Map<Integer, Domain> into, Map<Integer, Domain> known)
            throws IOException {
        into.clear();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            DomId id = new DomId(in.readInt());
            DomainConfig config =
                    new DomainConfig(
                            in.readUTF(),
                            in.readInt(),
                            in.readInt(),
                            in.readBoolean(),
                            ProcessorModel.load(in));
            Mfn sharedInfo = new Mfn(in.readLong());
            Domain domain = known.get(id.value());
            if (domain == null
                    || !domain.config().equals(config)
                    || !domain.sharedInfo().equals(sharedInfo)) {
                domain = new Domain(id, config, memory, sharedInfo, chronicle);
            }
            domain.load(in);
            into.put(id.value(), domain);
        }
    }
}
