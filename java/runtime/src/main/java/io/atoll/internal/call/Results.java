package io.atoll.internal.call;

import io.atoll.ObjectId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call is to make, by ids that are expected.
 *
 * @param task after which it is named, and which is sealed last
 * @param outputs several results beside that; empty for none
 * @param stream null when it is none
 */
public record Results(
        ObjectId task, List<ObjectId> outputs, @Nullable StreamPlace stream) {
    /** One, as most have. */
    public static Results one(ObjectId result) {
        return new Results(result, List.of(), null);
    }
}
