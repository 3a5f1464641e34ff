package com.example.scala

import io.atoll.{Atoll, RemoteFunction2}
import scala.jdk.CollectionConverters._

case class Part(from: Int, sum: Long)

/** Methods, lambdas and case classes; the same in Scala 2.13 and 3. */
object Main {
  def sum(from: Int, to: Int): Part = Part(from, (from until to).map(_.toLong).sum)

  def main(arguments: Array[String]): Unit = {
    val session = Atoll.init()
    try {
      val parts = (0 until 10).map(i => Atoll.task(sum, i * 10, i * 10 + 10).remote())
      val total = Atoll.get(parts.asJava).asScala.map(_.sum).sum
      check(total == 4950L, s"the total is $total")

      // A lambda says its types, or the call does; an argument is a value or a ref.
      val offset = Atoll.put(40)
      val added = Atoll.task((from: Int, by: Int) => List(Part(from, from + by)), 2, offset).remote()
      check(added.get() == List(Part(2, 42)), s"it is ${added.get()}")
      val first = Atoll.task[List[Part], Part](found => found.head, added).remote()
      check(first.get() == Part(2, 42), s"the first is ${first.get()}")
      check(Atoll.task(() => total + 1).remote().get() == 4951L, "nothing was given")
      Atoll.run((part: Part) => check(part.sum == 42, "another was given"), first).remote().get()

      // As a value, with what its tasks need.
      val sums = RemoteFunction2.of[Int, Int, Part]((from, to) => sum(from, to)).withName("sums")
      check(sums.submit(0, 4).get() == Part(0, 6), "the value")
    } finally session.close()
    println("ok")
  }

  private def check(is: Boolean, what: => String): Unit = if (!is) throw new AssertionError(what)
}
