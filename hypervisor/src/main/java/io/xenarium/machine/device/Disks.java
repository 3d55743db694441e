package io.xenarium.machine.device;

import io.xenarium.machine.Clock;
import io.xenarium.machine.Device;
import io.xenarium.machine.Machine;
import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// The disks of a machine, by name.
public final class Disks implements Device {
    private final Clock clock;
    private final long seed;
    private final Function<String, DiskImage> images;
    private final SortedMap<String, Disk> byName = new TreeMap<>();

    /// What is on all disks at one moment.
    public static final class Contents {
        private final Map<String, Disk.Contents> byName = new TreeMap<>();

        /// Writes all of it: for a machine that is kept beyond the program's life.
        public void write(DataOutput out) throws IOException {
            out.writeInt(byName.size());
            for (Map.Entry<String, Disk.Contents> entry : byName.entrySet()) {
                out.writeUTF(entry.getKey());
                entry.getValue().write(out);
            }
        }

        /// Reads what [#write] wrote.
        public static Contents read(DataInput in) throws IOException {
            Contents contents = new Contents();
            for (int left = in.readInt(); left > 0; left--) {
                contents.byName.put(in.readUTF(), Disk.Contents.read(in));
            }
            return contents;
        }
    }

    /// None yet.
    ///
    /// @param images gives a disk its image by its name, also for one that a keyframe has and that
    ///   is not there any more
    public Disks(Machine machine, Function<String, DiskImage> images) {
        this(machine.clock(), machine.seed(), images);
    }

    private Disks(Clock clock, long seed, Function<String, DiskImage> images) {
        this.clock = clock;
        this.seed = seed;
        this.images = images;
    }

    /// Those of a computer that has none.
    public static Disks none() {
        return new Disks(new Clock(), 0, _ -> DiskImage.of(new byte[0]));
    }

    /// The disk of this name, where there is one.
    public Optional<Disk> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// Plugs a disk in.
    public Disk plug(String name) {
        Check.that(!byName.containsKey(name), "a disk of that name is plugged in already");
        Disk disk = new Disk(images.apply(name), clock, seed ^ name.hashCode());
        byName.put(name, disk);
        return disk;
    }

    /// Unplugs a disk that nobody uses, where there is one. What it had is lost, but for what its
    /// image keeps.
    public void unplug(String name) {
        byName.remove(name);
    }

    @Override
    public long nextNanos() {
        long next = Long.MAX_VALUE;
        for (Disk disk : byName.values()) {
            next = Math.min(next, disk.nextNanos());
        }
        return next;
    }

    @Override
    public void fire() {
        for (Disk disk : byName.values().toArray(Disk[]::new)) {
            disk.fire();
        }
    }

    /// What is on all of them, for a keyframe.
    public Contents freeze() {
        Contents contents = new Contents();
        byName.forEach((name, disk) -> contents.byName.put(name, disk.freeze()));
        return contents;
    }

    /// Puts back what was on them. The disks must be those of that moment: after [#load].
    public void thaw(Contents contents) {
        contents.byName.forEach((name, each) -> byName.get(name).thaw(each));
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(byName.size());
        for (Map.Entry<String, Disk> entry : byName.entrySet()) {
            out.writeUTF(entry.getKey());
            entry.getValue().save(out);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        SortedMap<String, Disk> known = new TreeMap<>(byName);
        byName.clear();
        for (int left = in.readInt(); left > 0; left--) {
            String name = in.readUTF();
            Disk disk = known.containsKey(name) ? known.get(name) : plug(name);
            disk.load(in);
            byName.put(name, disk);
        }
    }
}
