package io.atoll.internal.graph;

import io.atoll.internal.fields.RawFields;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.file.attribute.FileTime;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.DoubleSummaryStatistics;
import java.util.HexFormat;
import java.util.IntSummaryStatistics;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Function;
import org.apache.fory.Fory;
import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.serializer.Serializer;

/** Values of the JDK of which Fory forgets something, or which nobody but we stores. */
final class JdkValues {
    /** Not Serializable, and fully told by their fields. */
    private static final Set<Class<?>> BY_FIELDS = Set.of(
            IntSummaryStatistics.class,
            LongSummaryStatistics.class,
            DoubleSummaryStatistics.class,
            StringJoiner.class,
            FileTime.class,
            HexFormat.class);

    /** Not Serializable, and found again by their text. */
    private static final Map<Class<?>, Function<String, Object>> BY_NAME = Map.of(
            ByteOrder.class,
            name -> name.equals(ByteOrder.BIG_ENDIAN.toString()) ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
            Character.UnicodeBlock.class,
            Character.UnicodeBlock::forName,
            Runtime.Version.class,
            Runtime.Version::parse);

    private JdkValues() {}

    /** In the place of Fory's own. */
    static void register(Fory fory) {
        Config config = fory.getConfig();
        fory.registerSerializer(Locale.class, new Locales(config));
        fory.registerSerializer(ZonedDateTime.class, new ZonedDateTimes(config));
        fory.registerSerializer(BigInteger.class, new BigIntegers(config));
        fory.registerSerializer(BigDecimal.class, new BigDecimals(config));
    }

    static boolean has(Class<?> type) {
        return BY_FIELDS.contains(type) || BY_NAME.containsKey(type);
    }

    /** Null for a class of which there is none. */
    static Serializer<?> serializer(Config config, Class<?> type) {
        if (BY_FIELDS.contains(type)) {
            return new ByFields<>(config, type);
        }
        Function<String, Object> find = BY_NAME.get(type);
        return find == null ? null : new ByName<>(config, type, find);
    }

    private static final class ByFields<T> extends Serializer<T> {
        private final RawFields.Slots slots;

        ByFields(Config config, Class<T> type) {
            super(config, type);
            slots = new RawFields.Slots(type, Object.class);
        }

        @Override
        public void write(WriteContext context, T value) {
            slots.write(context, value);
        }

        @Override
        public T read(ReadContext context) {
            T value = RawFields.allocate(getType());
            context.reference(value);
            slots.read(context, value);
            return value;
        }
    }

    private static final class ByName<T> extends Serializer<T> {
        private final Function<String, Object> find;

        ByName(Config config, Class<T> type, Function<String, Object> find) {
            super(config, type);
            this.find = find;
        }

        @Override
        public void write(WriteContext context, T value) {
            context.writeString(value.toString());
        }

        @Override
        public T read(ReadContext context) {
            return getType().cast(find.apply(context.readString()));
        }
    }

    /** With their offset: in the hour that comes twice when a clock is put back, zone and local time do not tell it. */
    private static final class ZonedDateTimes extends Serializer<ZonedDateTime> {
        ZonedDateTimes(Config config) {
            super(config, ZonedDateTime.class);
        }

        @Override
        public void write(WriteContext context, ZonedDateTime time) {
            context.writeInt32(time.getYear());
            context.writeByte((byte) time.getMonthValue());
            context.writeByte((byte) time.getDayOfMonth());
            context.writeInt32(time.toLocalTime().toSecondOfDay());
            context.writeInt32(time.getNano());
            context.writeInt32(time.getOffset().getTotalSeconds());
            context.writeString(time.getZone().getId());
        }

        @Override
        public ZonedDateTime read(ReadContext context) {
            int year = context.readInt32();
            int month = context.readByte();
            int day = context.readByte();
            int second = context.readInt32();
            LocalDateTime local = LocalDateTime.of(year, month, day, 0, 0)
                    .with(java.time.temporal.ChronoField.SECOND_OF_DAY, second)
                    .withNano(context.readInt32());
            ZoneOffset offset = ZoneOffset.ofTotalSeconds(context.readInt32());
            return ZonedDateTime.ofInstant(local, offset, ZoneId.of(context.readString()));
        }
    }

    /** Of any size: Fory takes none of more than 10,000 bytes. */
    private static final class BigIntegers extends Serializer<BigInteger> {
        BigIntegers(Config config) {
            super(config, BigInteger.class);
        }

        @Override
        public void write(WriteContext context, BigInteger value) {
            byte[] bytes = value.toByteArray();
            context.writeVarUInt32(bytes.length);
            context.getBuffer().writeBytes(bytes);
        }

        @Override
        public BigInteger read(ReadContext context) {
            int length = context.readVarUInt32();
            if (length <= 0 || length > context.getBuffer().remaining()) {
                throw new IllegalStateException("a BigInteger is said to have " + length + " bytes");
            }
            return new BigInteger(context.getBuffer().readBytes(length));
        }
    }

    /** Of any scale: Fory takes no very large one. */
    private static final class BigDecimals extends Serializer<BigDecimal> {
        BigDecimals(Config config) {
            super(config, BigDecimal.class);
        }

        @Override
        public void write(WriteContext context, BigDecimal value) {
            BigInteger unscaled = value.unscaledValue();
            boolean isLong = unscaled.bitLength() < Long.SIZE;
            context.writeInt32(value.scale());
            context.writeBoolean(isLong);
            if (isLong) {
                context.writeVarInt64(unscaled.longValue());
            } else {
                context.writeRef(unscaled);
            }
        }

        @Override
        public BigDecimal read(ReadContext context) {
            int scale = context.readInt32();
            return context.readBoolean()
                    ? BigDecimal.valueOf(context.readVarInt64(), scale)
                    : new BigDecimal((BigInteger) context.readRef(), scale);
        }
    }

    /** Locales, whole: Fory drops script and extensions. */
    private static final class Locales extends Serializer<Locale> {
        Locales(Config config) {
            super(config, Locale.class);
        }

        @Override
        public void write(WriteContext context, Locale locale) {
            context.writeString(locale.toLanguageTag());
            context.writeString(locale.getVariant()); // a variant of any form, which a tag may not be able to carry
            context.writeString(locale.getLanguage());
            context.writeString(locale.getCountry());
        }

        @Override
        public Locale read(ReadContext context) {
            Locale tagged = Locale.forLanguageTag(context.readString());
            String variant = context.readString();
            String language = context.readString();
            String country = context.readString();
            boolean same = tagged.getVariant().equals(variant)
                    && tagged.getLanguage().equals(language)
                    && tagged.getCountry().equals(country);
            return same ? tagged : new Locale(language, country, variant);
        }
    }
}
