package io.xenarium.dom0;

import static io.xenarium.dom0.StoreWire.*;

import io.xenarium.dom0.StoreNode.Permission;
import io.xenarium.dom0.StoreTree.Change;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Answers one guest's request: reads the message, does it on the tree or in the transaction that
/// it names, and gives back what the answer says. What cannot be done ends in [StoreRefusal].
///
/// Xen: docs/misc/xenstore.txt has the requests, tools/xenstore/xenstored_core.c does them.
final class StoreRequests {
    /// How many nodes' names an answer has room for: the payload's limit.
    private static final int ANSWER_MAX = PAYLOAD_MAX;

    private final StoreTree tree;
    private final StoreClient client;
    private final DomId caller;
    private final Predicate<DomId> isIntroduced;
    private final List<Change> changes = new ArrayList<>();
    private Optional<StoreClient.Watch> newWatch = Optional.empty();

    /// @param isIntroduced whether the store serves a domain
    StoreRequests(StoreTree tree, StoreClient client, Predicate<DomId> isIntroduced) {
        this.tree = tree;
        this.client = client;
        this.isIntroduced = isIntroduced;
        caller = client.guest();
    }

    /// What has changed and watchers are to be told of.
    List<Change> changes() {
        return changes;
    }

    /// The watch that was set: it fires at once.
    Optional<StoreClient.Watch> newWatch() {
        return newWatch;
    }

    /// The payload of the answer.
    String answer(Message request) {
        return switch (request.type()) {
            case DIRECTORY -> names(looked(request, request.texts(1).getFirst()));
            case READ -> looked(request, request.texts(1).getFirst()).value();
            case GET_PERMS -> permissions(looked(request, request.texts(1).getFirst()));
            case DIRECTORY_PART -> namesFrom(request);
            case WRITE, MKDIR, RM, SET_PERMS -> change(request);
            case WATCH -> watch(request.texts(2));
            case UNWATCH -> unwatch(request.texts(2));
            case RESET_WATCHES -> {
                client.reset();
                yield "OK\0";
            }
            case TRANSACTION_START -> start(request);
            case TRANSACTION_END -> end(request);
            case GET_DOMAIN_PATH ->
                    "/local/domain/%d\0".formatted(leading(request.texts(1).getFirst()));
            case CONTROL, INTRODUCE, RELEASE, IS_DOMAIN_INTRODUCED, RESUME, SET_TARGET ->
                    throw new StoreRefusal(Errno.EACCES);
            default -> throw new StoreRefusal(Errno.ENOSYS);
        };
    }

    private StoreTree view(Message request) {
        return request.transaction() == 0 ? tree : client.transaction(request.transaction()).view();
    }

    private void look(Message request, String path) {
        if (request.transaction() != 0) {
            StoreTransaction transaction = client.transaction(request.transaction());
            transaction.look(tree, path);
            if (transaction.view().find(path).isEmpty()) {
                transaction.lookAbove(tree, path);
            }
        }
    }

    private StoreNode looked(Message request, String name) {
        String path = path(name);
        StoreTree view = view(request);
        look(request, path);
        return view.readable(path, caller);
    }

    private String path(String name) {
        if (!StorePath.isValid(name) || StorePath.isSpecial(name)) {
            throw new StoreRefusal(Errno.EINVAL);
        }
        return StorePath.absolute(name, caller);
    }

    private static String names(StoreNode node) {
        StringBuilder names = new StringBuilder();
        node.children().keySet().forEach(name -> names.append(name).append('\0'));
        if (names.length() > ANSWER_MAX) {
            throw new StoreRefusal(Errno.E2BIG);
        }
        return names.toString();
    }

    /// A part of a long list of names: the node's generation, so that the caller sees when it
    /// changed in between, then names from an offset on; an empty name ends the list.
    private String namesFrom(Message request) {
        List<String> texts = request.texts(2);
        StoreNode node = looked(request, texts.getFirst());
        StringBuilder names = new StringBuilder();
        node.children().keySet().forEach(name -> names.append(name).append('\0'));
        int offset = (int) Math.min(leading(texts.get(1)), names.length());
        StringBuilder part = new StringBuilder();
        part.append(node.generation()).append('\0');
        int end = offset;
        while (end < names.length()) {
            int next = names.indexOf("\0", end) + 1;
            if (part.length() + next - offset >= ANSWER_MAX) {
                return part.append(names, offset, end).toString();
            }
            end = next;
        }
        return part.append(names, offset, end).append('\0').toString();
    }

    private static int number(String text, int max) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException notOne) {
            // Falls through to the same answer as a number that is out of range.
        }
        throw new StoreRefusal(Errno.EINVAL);
    }

    /// The number that a text begins with, 0 where it begins with none: as atoi has it, for such as
    /// are not negative.
    private static long leading(String text) {
        String digits = text.replaceFirst("(?s)[^0-9].*", "");
        return digits.isEmpty() || digits.length() > 9 ? 0 : Long.parseLong(digits);
    }

    private static String permissions(StoreNode node) {
        StringBuilder text = new StringBuilder();
        node.permissions().forEach(each -> text.append(each).append('\0'));
        return text.toString();
    }

    private String change(Message request) {
        if (request.transaction() == 0) {
            changes.add(changed(tree, request));
        } else {
            StoreTransaction transaction = client.transaction(request.transaction());
            String path = path(request.textAndRest().getFirst());
            transaction.look(tree, path);
            transaction.lookAbove(tree, path);
            transaction.checkRoom(request);
            changed(transaction.view(), request);
            transaction.changed(request);
        }
        return "OK\0";
    }

    /// Makes the change that the message asks for.
    private Change changed(StoreTree on, Message request) {
        String path = path(request.textAndRest().getFirst());
        return switch (request.type()) {
            case WRITE -> on.write(path, request.textAndRest().get(1), caller);
            case MKDIR -> on.makeDirectory(path(request.texts(1).getFirst()), caller);
            case RM -> on.remove(path(request.texts(1).getFirst()), caller);
            default -> on.setPermissions(path, permissions(request.textAndRest().get(1)), caller);
        };
    }

    private List<Permission> permissions(String rest) {
        List<Permission> permissions = new ArrayList<>();
        if (!rest.endsWith("\0")) {
            throw new StoreRefusal(Errno.EINVAL);
        }
        for (String text : rest.substring(0, rest.length() - 1).split("\0", -1)) {
            if (text.length() < 2 || "nrwb".indexOf(text.charAt(0)) < 0) {
                throw new StoreRefusal(Errno.EINVAL);
            }
            permissions.add(
                    new Permission(new DomId(number(text.substring(1), 0x7fef)), text.charAt(0)));
        }
        if (!isIntroduced.test(permissions.getFirst().domain())) {
            throw new StoreRefusal(Errno.ENOENT);
        }
        return permissions;
    }

    private StoreClient.Watch watch(String name, String token) {
        if (StorePath.isSpecial(name)) {
            return new StoreClient.Watch(name, name, token);
        }
        return new StoreClient.Watch(name, path(name), token);
    }

    private String watch(List<String> texts) {
        StoreClient.Watch watch = watch(texts.get(0), texts.get(1));
        client.addWatch(watch);
        newWatch = Optional.of(watch);
        return "OK\0";
    }

    private String unwatch(List<String> texts) {
        if (!client.watches().remove(watch(texts.get(0), texts.get(1)))) {
            throw new StoreRefusal(Errno.ENOENT);
        }
        return "OK\0";
    }

    private String start(Message request) {
        if (request.transaction() != 0) {
            throw new StoreRefusal(Errno.EBUSY);
        }
        return client.startTransaction(tree) + "\0";
    }

    private String end(Message request) {
        String how = request.texts(1).getFirst();
        if (!how.equals("T") && !how.equals("F")) {
            throw new StoreRefusal(Errno.EINVAL);
        }
        StoreTransaction transaction = client.transaction(request.transaction());
        client.endTransaction(request.transaction());
        if (how.equals("T") && !transaction.commit(tree, this::changed, changes)) {
            throw new StoreRefusal(Errno.EAGAIN);
        }
        return "OK\0";
    }
}
