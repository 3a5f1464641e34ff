import io.atoll.*

record Part(int from, long sum) {}

Part sum(int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
        sum += i;
    }
    return new Part(from, sum);
}

var session = Atoll.init()
var parts = new ArrayList<ObjectRef<Part>>()
for (int i = 0; i < 10; i++) {
    parts.add(Atoll.task((Integer from) -> sum(from, from + 10), 10 * i).remote());
}
long total = 0
for (Part part : Atoll.get(parts)) {
    total += part.sum();
}
int offset = 40
var one = Atoll.task((Part part) -> new Part(part.from() + 1, part.sum() + 40), new Part(1, 2)).remote().get()
session.close()
System.out.println(total == 4950 && one.equals(new Part(2, 42)) ? "ok" : "wrong: " + total + ", " + one)
/exit
