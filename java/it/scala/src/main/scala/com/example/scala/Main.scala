package com.example.scala

import io.atoll.{Atoll, F1, F2, RemoteFunction1, RemoteFunction2}
import scala.jdk.CollectionConverters._

case class Part(from: Int, sum: Long)

/** Scala does not see the inherited static methods of a Java class: functions are values here. */
object Main {
  def sum(from: Int, to: Int): Part = Part(from, (from until to).map(_.toLong).sum)

  def main(arguments: Array[String]): Unit = {
    val session = Atoll.init()
    try {
      val sums = RemoteFunction2.of[Int, Int, Part]((from, to) => sum(from, to))
      val parts = (0 until 10).map(i => sums.submit(i * 10, i * 10 + 10))
      val total = Atoll.get(parts.asJava).asScala.map(_.sum).sum
      assert(total == 4950L, s"the total is $total")
      val offset = 40
      val added = RemoteFunction1.of[Int, List[Part]](from => List(Part(from, from + offset))).submit(2).get()
      assert(added == List(Part(2, 42)), s"it is $added")
    } finally session.close()
    println("ok")
  }
}
