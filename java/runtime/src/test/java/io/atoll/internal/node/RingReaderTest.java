package io.atoll.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.internal.node.RingReader.BrokenRingException;
import io.atoll.internal.store.Ring;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.Test;

class RingReaderTest {
    private static final int CAPACITY = 1024;

    private final ByteBuffer memory =
            BufferUtil.allocateDirectAligned(CAPACITY + RingBufferDescriptor.TRAILER_LENGTH, 64);
    private final UnsafeBuffer words = new UnsafeBuffer(memory);
    private final RingReader reader = new RingReader(ring());
    private final ManyToOneRingBuffer writers = new ManyToOneRingBuffer(words);
    private final List<Integer> read = new ArrayList<>();

    private Ring ring() {
        return new Ring(words.addressOffset(), CAPACITY);
    }

    private static UnsafeBuffer message(int number, int length) {
        UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
        message.putInt(0, number);
        return message;
    }

    private int readAll() {
        return reader.read((type, buffer, at, length) -> read.add(buffer.getInt(at)), 1000);
    }

    @Test
    void shouldReadWhatAgronasWritersWriteAroundTheEnd() {
        Random random = new Random(7);
        List<Integer> written = new ArrayList<>();
        for (int i = 0; i < 5000; ++i) {
            int length = 4 + random.nextInt(100);
            if (writers.write(1, message(i, length), 0, length)) {
                written.add(i);
            } else {
                while (readAll() > 0) {}
            }
        }
        while (readAll() > 0) {}
        assertThat(read).isEqualTo(written).hasSizeGreaterThan(2000);
        assertThat(reader.isStalled()).isFalse();
        assertThat(reader.position()).isEqualTo(writers.producerPosition()).isEqualTo(writers.consumerPosition());
    }

    @Test
    void shouldReadWhatTheSchedulerWritesAroundTheEnd() {
        RingWriter writer = new RingWriter(ring());
        Random random = new Random(8);
        List<Integer> written = new ArrayList<>();
        for (int i = 0; i < 5000; ++i) {
            int length = 4 + random.nextInt(100);
            if (writer.write(1, message(i, length), length)) {
                written.add(i);
            } else {
                while (readAll() > 0) {}
            }
        }
        while (readAll() > 0) {}
        assertThat(read).isEqualTo(written).hasSizeGreaterThan(2000);
    }

    /** Who reads nothing goes to sleep. */
    @Test
    void shouldReadNothingOnlyWhereThereIsNothing() {
        Random random = new Random(9);
        for (int i = 0; i < 5000; ++i) {
            int length = 4 + random.nextInt(100);
            assertThat(writers.write(1, message(i, length), 0, length)).isTrue();
            assertThat(reader.read((type, buffer, at, size) -> read.add(buffer.getInt(at)), 1))
                    .as("of message %d", i)
                    .isEqualTo(1);
            assertThat(readAll()).isZero();
        }
        assertThat(read).hasSize(5000);
    }

    @Test
    void shouldNotBelieveALength() {
        for (int length : new int[] {1, 7, 8 + CAPACITY / 8 + 1, CAPACITY + 1, Integer.MAX_VALUE}) {
            words.setMemory(0, words.capacity(), (byte) 0);
            RingReader fresh = new RingReader(ring());
            assertThat(writers.write(1, message(3, 8), 0, 8)).isTrue();
            words.putInt(0, length);
            assertThatThrownBy(() -> fresh.read((type, buffer, at, size) -> {}, 10))
                    .as("%d", length)
                    .isInstanceOf(BrokenRingException.class)
                    .hasMessageContaining(length + " bytes");
        }
    }

    @Test
    void shouldNotReadBehindTheWritersNorATypeOfNobody() {
        words.putInt(4, 1);
        words.putInt(0, 16);
        assertThatThrownBy(this::readAll).isInstanceOf(BrokenRingException.class);
        words.putLong(CAPACITY + RingBufferDescriptor.TAIL_POSITION_OFFSET, 16);
        words.putInt(4, 0);
        assertThatThrownBy(this::readAll).isInstanceOf(BrokenRingException.class);
    }

    @Test
    void shouldNeitherHangNorReadOutsideWhateverIsThere() {
        Random random = new Random(11);
        for (int i = 0; i < 3000; ++i) {
            for (int at = 0; at < words.capacity(); at += 4) {
                words.putInt(at, random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(64));
            }
            RingReader fresh = new RingReader(ring());
            try {
                while (fresh.read(
                                (type, buffer, at, length) -> assertThat(at >= 8 && at + length <= CAPACITY)
                                        .isTrue(),
                                10)
                        > 0) {}
                fresh.skip();
            } catch (BrokenRingException e) {
                // As it should.
            }
            assertThat(fresh.position()).isBetween(0L, (long) CAPACITY);
        }
    }

    @Test
    void shouldPassOverWhatADeadWriterHasClaimed() {
        int claimed = writers.tryClaim(1, 20); // negative length
        assertThat(claimed).isPositive();
        assertThat(writers.write(1, message(2, 8), 0, 8)).isTrue();
        assertThat(readAll()).isZero();
        assertThat(reader.isStalled()).isTrue();
        assertThat(reader.skip()).isTrue();
        assertThat(readAll()).isOne();
        // It moved the position on, and died before it wrote the length.
        long tail = writers.producerPosition();
        words.putLong(CAPACITY + RingBufferDescriptor.TAIL_POSITION_OFFSET, tail + 32);
        assertThat(writers.write(1, message(5, 8), 0, 8)).isTrue();
        assertThat(readAll()).isZero();
        assertThat(reader.skip()).isTrue();
        assertThat(readAll()).isOne();
        assertThat(read).containsExactly(2, 5);
        assertThat(reader.skip()).isFalse();
    }

    @Test
    void shouldNotWriteForAReaderThatCannotBeWhereItSays() {
        RingWriter writer = new RingWriter(ring());
        for (long head : new long[] {8, -8 - CAPACITY, Long.MIN_VALUE}) {
            words.putLong(CAPACITY + RingBufferDescriptor.HEAD_POSITION_OFFSET, head);
            assertThatThrownBy(() -> writer.write(1, message(1, 8), 8)).isInstanceOf(BrokenRingException.class);
        }
    }
}
