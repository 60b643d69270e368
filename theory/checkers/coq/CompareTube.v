(** As CompareMean.v, for the claim about regions in time. *)

From Coq Require Import Reals Lra.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
From Analog Require Import Compare CompareStale CompareRuns CompareMean ConditionalMeans Tube.
From Analog Require Multiplier.
Local Open Scope R_scope.

(** tube.certified *)
Lemma compare_tube_certified (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC)
  (A A1 G2 P_left T1 T2 T_s Y a c_w : R) (g_i : history -> TC -> R) (left : history -> R) (mu p q qn r rho : R)
  (sg_i : history -> TC -> R) (stop : history -> R) (u1 x : R)
  (G : process Smp Len (lift Crd (fun _ => real_space))) (G_k : history -> lift Crd (fun _ => real_space))
  (sG : process Smp Len (lift Crd (fun _ => real_space))) (sG_k : history -> lift Crd (fun _ => real_space)) :
  (forall h, taken Smp Len h -> forall c, support Crd c -> g_i h c = (G_k h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sg_i h c = (sG_k h c : R)) ->
  (forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space), inner (sG_k h) y = inner (sG h) y) ->
  (forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space), inner (G_k h) y = inner (G h) y) ->
  P_left = average Smp Len (fun h => left h) -> (forall h, taken Smp Len h -> stop h ^ 2 = stop h) ->
  (forall h, taken Smp Len h -> 1 + (-1) * stop h <= left h) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sg_i h c = g_i h c * stop h) -> 0 <= G2 ->
  (forall h, taken Smp Len h -> inner (G_k h) (G_k h) <= G2) ->
  0 <= p -> 0 <= c_w -> 0 <= T2 -> 0 <= q -> 0 <= qn -> 0 <= Y -> 0 <= mu -> A = inner sG sG ->
  0 < 1 + (-1) * q ^ 2 + (-1) * mu * x -> 0 < A1 -> a ^ 2 <= Y ^ 2 -> 0 <= r -> r ^ 2 = A ->
  0 <= T_s -> T_s ^ 2 = T2 + A * rho ^ 2 -> A + Y ^ 2 + (-2) * a * r <= (T_s + qn + Y * q) ^ 2 ->
  a * r <= c_w + p + 1 / 2 * x * Y ^ 2 -> 0 <= T1 -> T1 ^ 2 = T2 + A1 * rho ^ 2 ->
  0 <= u1 -> u1 ^ 2 = A1 * (1 + (-1) * mu) ^ 2 ->
  (T1 + qn) ^ 2 + mu * (2 * c_w + 2 * p) + (u1 + q * (T1 + qn)) ^ 2 * / (1 + (-1) * q ^ 2 + (-1) * mu * x) < A1 ->
  (A < A1) /\ (inner G G < A1 + G2 * P_left).
Proof.
  intros EG EsG SsG SG -> Stops Left Is HG Top Hp Hc HT2 Hq Hqn HY Hm EA Den P1 Sq Hr Er HT ET I II HT1 ET1 Hu Eu Below.
  replace (1 + (-1) * q ^ 2 + (-1) * mu * x) with (1 - q ^ 2 - mu * x) in * by ring.
  assert (EN : norm sG ^ 2 = A) by (rewrite norm_sq; now symmetry).
  assert (Den' : 0 < 1 - q ^ 2 - mu * x) by lra. assert (Left' : forall h, taken Smp Len h -> 1 - stop h <= left h)
    by (intros h T; pose proof (Left h T); lra).
  destruct (tube_average Smp Len stop left G sG p c_w x rho T2 q qn mu A1 Y a G2) as [S B]; try assumption; try lra.
  - intros h T y. rewrite <- (SsG h T), <- (SG h T). apply multiple_elements. intros c Hc'.
    rewrite <- (EsG h T c Hc'), <- (EG h T c Hc'), (Is h T c Hc'). ring.
  - intros h T. rewrite <- (both_seen _ _ _ _ (SG h T) (SG h T)). now apply Top.
  - unfold Multiplier.right_side, Multiplier.side, Multiplier.start, Multiplier.early, Multiplier.drift,
      Multiplier.plane_gain.
    rewrite (root_is T1 _ HT1) by (rewrite ET1; ring). rewrite (root_is u1 _ Hu) by (rewrite Eu; ring).
    unfold Rdiv. lra.
  - rewrite EN. unfold feasible_mean. rewrite (root_is r A Hr Er), (root_is T_s _ HT) by (rewrite ET; ring).
    repeat split.
    + exact HY.
    + rewrite <- (Rabs_pos_eq Y HY). apply Rsqr_le_abs_0. rewrite !Rsqr_pow2. exact Sq.
    + replace (T_s + q * Y + qn) with (T_s + qn + Y * q) by ring. lra.
    + lra.
  - rewrite EN in S. split; [exact S|]. rewrite norm_sq in B.
    change (average Smp Len (fun h => left h)) with (average Smp Len left). rewrite (Rmult_comm G2). exact B.
Qed.
